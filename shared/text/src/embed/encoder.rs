//! The network itself, run by rten on one thread: a Lambda function has about one processor, and a pool of several
//! threads would only wait for each other.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView, op_registry};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;

use super::EmbedError;

pub(super) struct Encoder {
    model: Model,
    input: NodeId,
    mean: NodeId,
    states: NodeId,
    pool: Arc<ThreadPool>,
}

impl Encoder {
    pub(super) fn open(path: &Path) -> Result<Self, EmbedError> {
        let bytes =
            std::fs::read(path).map_err(|source| EmbedError::Unreadable { path: path.to_owned(), source })?;
        // What the model is made of: an operator that is not named is not linked. All of them would be two megabytes of each function.
        let operators = op_registry!(
            Add,
            Cast,
            DynamicQuantizeLinear,
            Gelu,
            Identity,
            LayerNormalization,
            MatMul,
            MatMulInteger,
            Mul,
            ReduceMean,
            Reshape,
            Shape,
            Slice,
            Softmax,
            Split,
            Transpose
        );
        let model = ModelOptions::with_ops(operators)
            .prepack_weights(true)
            .load(bytes)
            .map_err(|source| EmbedError::Load(source.into()))?;
        let (&[input], &[mean, states]) = (model.input_ids(), model.output_ids()) else {
            return Err(EmbedError::Damaged {
                path: path.to_owned(),
                reason: "not one input and two outputs",
            });
        };
        Ok(Self { model, input, mean, states, pool: Arc::new(ThreadPool::with_num_threads(1)) })
    }

    /// From word vectors, `dimension` figures a token, to the mean vector of the last layer.
    pub(super) fn mean(&self, words: Vec<f32>, dimension: usize) -> Result<Vec<f32>, EmbedError> {
        let [mean] = self.run(words, dimension, [self.mean])?;
        let mean: NdTensor<f32, 1> = mean.try_into().map_err(unexpected)?;
        Ok(mean.to_vec())
    }

    /// From word vectors, `dimension` figures a token, to as many figures a token of the last layer, in order.
    pub(super) fn states(&self, words: Vec<f32>, dimension: usize) -> Result<Vec<f32>, EmbedError> {
        let [states] = self.run(words, dimension, [self.states])?;
        let states: NdTensor<f32, 2> = states.try_into().map_err(unexpected)?;
        Ok(states.to_vec())
    }

    fn run<const N: usize>(
        &self,
        words: Vec<f32>,
        dimension: usize,
        outputs: [NodeId; N],
    ) -> Result<[Value; N], EmbedError> {
        let input: ValueOrView<'_> = NdTensor::from_data([words.len() / dimension, dimension], words).into();
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        self.model
            .run_n(vec![(self.input, input)], outputs, Some(options))
            .map_err(|source| EmbedError::Run(source.into()))
    }
}

fn unexpected(source: rten::TryFromValueError) -> EmbedError {
    EmbedError::Run(source.into())
}
