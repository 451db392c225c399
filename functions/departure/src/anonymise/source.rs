//! Production's items, read as they lie: batch by batch, each with its kind. What is over is none of it any more.

use vivier_data_map::{Store, Table as Kind, map};
use vivier_runtime::HandlerError;
use vivier_tenancy::{
    TenantScope,
    rooms::belongings::{Belonging, Belongings, Keys, Shelf},
};

use super::{broken, rules::Unfit, unfit};
use crate::App;

/// The production tenant.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) app: &'a App,
    pub(super) scope: &'a TenantScope,
}

/// Items on their way.
pub(super) struct Items<'a> {
    room: Belongings<'a>,
    keys: Keys,
    shelf: Shelf,
    read: usize,
    now: i64,
}

/// The store that the map calls a shelf.
pub(super) fn store_of(shelf: Shelf) -> Result<Store, HandlerError> {
    Store::named(shelf.as_str()).ok_or_else(|| broken("no such store"))
}

impl<'a> Source<'a> {
    pub(super) async fn items(&self, shelf: Shelf) -> Result<Items<'a>, HandlerError> {
        let room = self.app.tenancy.belongings(self.scope, shelf).await?;
        let keys = room.keys().await?;
        Ok(Items { room, keys, shelf, read: 0, now: self.app.clock.now().as_second() })
    }
}

impl Items<'_> {
    /// The next of them, those that are over left out; what the map has no kind for is refused.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<(&'static Kind, Belonging)>>, HandlerError> {
        let Some(keys) = self.keys.batches().nth(self.read) else { return Ok(None) };
        let items = self.room.fetch(keys).await?;
        self.read += 1;
        let store = store_of(self.shelf)?;
        let mut found = Vec::with_capacity(items.len());
        for item in items.into_iter().filter(|item| !item.is_over(self.now)) {
            let kind = map().kind_of(store, &item.pk, &item.sk);
            let kind = kind
                .ok_or_else(|| unfit(&Unfit::new(store.as_str(), "*", "the map does not know the kind")))?;
            found.push((kind, item));
        }
        Ok(Some(found))
    }
}
