//! The network itself, run by rten on one thread: a Lambda function has about one processor, and a pool of several
//! threads would only wait for each other.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::EmbedError;

pub(super) struct Encoder {
    model: Model,
    input: NodeId,
    output: NodeId,
    pool: Arc<ThreadPool>,
}

impl Encoder {
    pub(super) fn open(path: &Path) -> Result<Self, EmbedError> {
        let bytes =
            std::fs::read(path).map_err(|source| EmbedError::Unreadable { path: path.to_owned(), source })?;
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(bytes)
            .map_err(|source| EmbedError::Load(source.into()))?;
        let (&[input], &[output]) = (model.input_ids(), model.output_ids()) else {
            return Err(EmbedError::Damaged {
                path: path.to_owned(),
                reason: "not one input and one output",
            });
        };
        Ok(Self { model, input, output, pool: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// From word vectors, `dimension` figures a token, to the mean vector of the last layer.
    pub(super) fn mean(&self, words: Vec<f32>, dimension: usize) -> Result<Vec<f32>, EmbedError> {
        let input: ValueOrView<'_> = NdTensor::from_data([words.len() / dimension, dimension], words).into();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let [mean] = self
            .model
            .run_n(vec![(self.input, input)], [self.output], Some(options))
            .map_err(|source| EmbedError::Run(source.into()))?;
        let mean: NdTensor<f32, 1> =
            mean.try_into().map_err(|source: rten::TryFromValueError| EmbedError::Run(source.into()))?;
        Ok(mean.to_vec())
    }
}
