//! What a field of an event may be. The list is closed: a text is not on it, and never will be.

use super::{QueryShare, SearchContext, Trial, Variant};
use crate::{
    conversation::{Rating, Reason},
    ids::{DocumentId, OfferId, ProjectId},
    opaque::Opaque,
};

/// No value of this type says anything about a person.
pub(super) trait Impersonal {}

macro_rules! impersonal {
    ($($type:ty),+ $(,)?) => { $(impl Impersonal for $type {})+ };
}

impersonal!(bool, u8, u16, u32, u64, OfferId, DocumentId, ProjectId, Rating, Reason, Variant);

impl<const N: usize> Impersonal for Opaque<N> {}
impl<T: Impersonal> Impersonal for Option<T> {}
impl<T: Impersonal> Impersonal for Box<T> {}

/// What has fields of its own says them all.
macro_rules! made_of {
    ($type:ty: $($field:ty),+) => {
        impl Impersonal for $type where $($field: Impersonal),+ {}
    };
}

made_of!(Trial: Opaque<8>, Variant);
made_of!(SearchContext: ProjectId, Opaque<12>, Option<Opaque<16>>, Option<Trial>);
made_of!(QueryShare: u16, Opaque<32>, Opaque<144>);
