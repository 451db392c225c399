//! Where a list that is ordered by id goes on. A cursor is bound to its tenant: in another's hands it names nothing, as
//! one that was never given out.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use vivier_tenancy::TenantScope;

use super::problem::{Problem, ProblemKind};

/// Bytes of the mark that binds a cursor to its tenant.
const MARK: usize = 8;

/// The cursor behind the entry `last`. To a client it is opaque.
pub fn write(scope: &TenantScope, last: Uuid) -> String {
    URL_SAFE_NO_PAD.encode([last.as_bytes().as_slice(), &mark(scope, last)].concat())
}

/// The entry behind which the list goes on; [`ProblemKind::NotFound`] for whatever this tenant was not given.
pub fn read(scope: &TenantScope, cursor: &str) -> Result<Uuid, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
    let id = bytes.get(..16).and_then(|id| Uuid::from_slice(id).ok());
    id.filter(|id| bytes[16..] == mark(scope, *id)).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

fn mark(scope: &TenantScope, last: Uuid) -> [u8; MARK] {
    let mut hash = Sha256::new_with_prefix(b"vivier list cursor\0");
    hash.update(scope.tenant().as_uuid().as_bytes());
    hash.update(last.as_bytes());
    let whole = hash.finalize();
    std::array::from_fn(|place| whole[place])
}

#[cfg(test)]
mod tests {
    use super::*;
    use vivier_domain::ids::{DocumentId, TenantId};
    use vivier_testkit::scope;

    #[test]
    fn a_cursor_reads_back_for_its_tenant_alone() {
        let (own, other) = (scope::front(TenantId::generate()), scope::front(TenantId::generate()));
        let id = DocumentId::generate().as_uuid();
        let cursor = write(&own, id);
        assert_eq!(read(&own, &cursor), Ok(id));
        for (scope, cursor) in [
            (&other, cursor.clone()),
            (&own, write(&other, id)),
            (&own, String::new()),
            (&own, id.to_string()),
            (&own, URL_SAFE_NO_PAD.encode(id.as_bytes())),
            (&own, format!("{cursor}A")),
            (&own, cursor[1..].to_owned()),
            (&own, "é".to_owned()),
        ] {
            assert_eq!(read(scope, &cursor).unwrap_err().status, 404, "{cursor}");
        }
    }
}
