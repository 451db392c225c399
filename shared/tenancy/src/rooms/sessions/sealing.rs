//! AES-256-GCM under a key that only the ticket's holder can derive: what the table holds opens nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rand::RngCore;
use serde::{Serialize, de::DeserializeOwned};

use super::ticket::{Ticket, TicketKind};
use crate::tenancy::TenancyError;

const CORRUPT: TenancyError = TenancyError::Corrupt("sealed secret");

fn key<K: TicketKind>(ticket: &Ticket<K>) -> Result<LessSafeKey, TenancyError> {
    let key = UnboundKey::new(&AES_256_GCM, &ticket.derive(b"sealing")).map_err(|_| CORRUPT)?;
    Ok(LessSafeKey::new(key))
}

/// What the seal is bound to: moved into another item, it does not open.
fn bound_to<K: TicketKind>(ticket: &Ticket<K>) -> Aad<Vec<u8>> {
    Aad::from(format!("{}\0{}", ticket.partition(), ticket.sort()).into_bytes())
}

/// Seals a value. The nonce is random, and a key seals no more than a few values in its life.
pub(super) fn seal<K: TicketKind, T: Serialize>(
    ticket: &Ticket<K>,
    value: &T,
) -> Result<Vec<u8>, TenancyError> {
    let mut nonce = [0; NONCE_LEN];
    rand::rng().fill_bytes(&mut nonce);
    let mut text = serde_json::to_vec(value).map_err(|_| CORRUPT)?;
    key(ticket)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound_to(ticket), &mut text)
        .map_err(|_| CORRUPT)?;
    Ok([nonce.as_slice(), &text].concat())
}

/// Opens what was sealed; [`TenancyError::Corrupt`] when it was not, or not by this ticket.
pub(super) fn open<K: TicketKind, T: DeserializeOwned>(
    ticket: &Ticket<K>,
    sealed: &[u8],
) -> Result<T, TenancyError> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(CORRUPT)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CORRUPT)?;
    let mut text = text.to_vec();
    let text = key(ticket)?.open_in_place(nonce, bound_to(ticket), &mut text).map_err(|_| CORRUPT)?;
    serde_json::from_slice(text).map_err(|_| CORRUPT)
}

#[cfg(test)]
mod tests {
    use super::super::ticket::{Cookie, kinds::OfSession, tests::ticket};
    use super::*;

    #[test]
    fn only_its_own_ticket_opens_a_seal() {
        let (own, other) = (ticket::<OfSession>(), ticket::<OfSession>());
        let sealed = seal(&own, &"token").unwrap();
        assert_eq!(open::<_, String>(&own, &sealed).unwrap(), "token");
        assert!(open::<_, String>(&other, &sealed).is_err());
        let of_another_kind = super::super::ticket::ChallengeTicket::parse(&own.expose()).unwrap();
        assert!(open::<_, String>(&of_another_kind, &sealed).is_err());
        assert!(!sealed.windows(5).any(|bytes| bytes == b"token"));
        assert_ne!(sealed, seal(&own, &"token").unwrap());
    }

    #[test]
    fn a_changed_seal_does_not_open() {
        let cookie: Cookie = ticket();
        let sealed = seal(&cookie, &"token").unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(open::<_, String>(&cookie, &changed).is_err(), "{place}");
        }
        assert!(open::<_, String>(&cookie, b"short").is_err());
    }
}
