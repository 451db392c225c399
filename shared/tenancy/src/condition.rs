//! Writes to DynamoDB that are made on a condition.

use std::error::Error as StdError;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
};

use crate::tenancy::TenancyError;

/// What a write gave; `None` where its condition did not hold, and nothing was written.
pub(crate) fn unless_refused<T, E, R>(outcome: Result<T, SdkError<E, R>>) -> Result<Option<T>, TenancyError>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match outcome {
        Ok(output) => Ok(Some(output)),
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|refusal| refusal.code() == Some("ConditionalCheckFailedException")) =>
        {
            Ok(None)
        }
        Err(error) => Err(TenancyError::cloud("dynamodb")(error)),
    }
}

/// Whether a transaction was cancelled because somebody else was quicker. It is for other reasons, too: too much at once, or a value that cannot be.
pub(crate) fn is_conflict<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => cancelled
            .cancellation_reasons()
            .iter()
            .any(|reason| matches!(reason.code(), Some("ConditionalCheckFailed" | "TransactionConflict"))),
        _ => false,
    }
}
