//! `manifest.json` of a model's folder: what the files beside it are.

use std::path::Path;

use serde::Deserialize;

use super::{EmbedError, ModelIdentity};

#[derive(Deserialize)]
pub(super) struct Manifest {
    identity: String,
    dimension: usize,
    /// Longest input of the encoder in tokens, marks of beginning and end included.
    pub(super) max_tokens: usize,
    /// What vectors of general queries, respectively passages, have in common.
    pub(super) mean_query: Vec<f32>,
    pub(super) mean_passage: Vec<f32>,
}

impl Manifest {
    pub(super) fn read(folder: &Path) -> Result<Self, EmbedError> {
        let path = folder.join("manifest.json");
        let damaged = |reason| EmbedError::Damaged { path: path.clone(), reason };
        let bytes =
            std::fs::read(&path).map_err(|source| EmbedError::Unreadable { path: path.clone(), source })?;
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|_| damaged("not a manifest"))?;
        if manifest.identity.is_empty()
            || manifest.dimension == 0
            || !manifest.dimension.is_multiple_of(super::words::BLOCK)
        {
            return Err(damaged("no identity or no dimension"));
        }
        if manifest.max_tokens < 3 {
            return Err(damaged("no room for tokens"));
        }
        if [&manifest.mean_query, &manifest.mean_passage]
            .into_iter()
            .any(|mean| mean.len() != manifest.dimension)
        {
            return Err(damaged("means are not of the dimension"));
        }
        Ok(manifest)
    }

    pub(super) fn identity(&self) -> ModelIdentity {
        ModelIdentity { name: self.identity.clone(), dimension: self.dimension }
    }
}
