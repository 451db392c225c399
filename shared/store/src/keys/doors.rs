//! The doors of a key: one for each of its texts, named after the key and the text's number.

use jiff::Timestamp;
use vivier_domain::{ids::KeyId, redacted::Redacted};
use vivier_tenancy::{TenancyError, registry::Door};

use super::{Cabinet, KeyError, KeyRecord, Made, TRIES};

fn under(id: KeyId) -> String {
    format!("key#{id}#")
}

fn name(id: KeyId, generation: u32) -> String {
    format!("{}{generation}", under(id))
}

/// Hangs the door of a key's newest text and gives the text out, if the key is still what its record said.
pub(super) async fn hang(
    cabinet: &Cabinet<'_>,
    key: KeyRecord,
    text: String,
    now: Timestamp,
) -> Result<Made, KeyError> {
    let (id, newest) = (key.id, key.generations.last().ok_or(TenancyError::Corrupt("key"))?);
    let (scope, entrance) = (cabinet.records.scope(), key.entrance(newest));
    cabinet.registry.hang(scope, &name(id, newest.number), &Door::key(&text), Some(&entrance)).await?;
    // It may have been revoked between its record and its door: then the door comes off again.
    let key = settle(cabinet, id, now).await?.ok_or(KeyError::NotFound)?;
    Ok(Made { key, text: Redacted::new(text) })
}

/// Brings the doors of a key in line with its record, until neither changes any more. `None` where there is no such key.
pub(super) async fn settle(
    cabinet: &Cabinet<'_>,
    id: KeyId,
    now: Timestamp,
) -> Result<Option<KeyRecord>, TenancyError> {
    let scope = cabinet.records.scope();
    for _ in 0..TRIES {
        let Some(found) = cabinet.fetch(id).await? else {
            sweep(cabinet, id).await?;
            return Ok(None);
        };
        for door in cabinet.registry.doors_under(scope, &under(id)).await? {
            let key = &found.value;
            let live = key.generations.iter().filter(|generation| generation.is_live(now));
            match live.into_iter().find(|generation| name(id, generation.number) == door.name) {
                Some(generation) => {
                    let entrance = key.entrance(generation);
                    if door.entrance.as_ref() != Some(&entrance) {
                        cabinet.registry.redirect(scope, &door.name, &entrance).await?;
                    }
                }
                None => cabinet.registry.unhang(scope, &door.name).await?,
            }
        }
        // Whoever changed the record meanwhile may have written the doors before or after this did.
        if cabinet.fetch(id).await?.is_some_and(|again| again.version == found.version) {
            return Ok(Some(found.value));
        }
    }
    Err(TenancyError::Busy("key"))
}

/// Takes every door of a key off that leads to the cabinet's project. A door's name does not say which project's key it
/// is: whoever may revoke one project's keys names another's in vain.
pub(super) async fn sweep(cabinet: &Cabinet<'_>, id: KeyId) -> Result<(), TenancyError> {
    let scope = cabinet.records.scope();
    for door in cabinet.registry.doors_under(scope, &under(id)).await? {
        if door.entrance.is_none_or(|entrance| entrance.project == cabinet.project) {
            cabinet.registry.unhang(scope, &door.name).await?;
        }
    }
    Ok(())
}
