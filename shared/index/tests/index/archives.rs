//! Archives that are not what they should be.

use jiff::Timestamp;
use vivier_index::{ArchiveRef, Digest, OpenError, Pointer, SearchIndex, archive_key};
use vivier_threshold::Key;

use super::support::*;

/// Opens bytes that a forger also signed for.
fn forged(bytes: Vec<u8>) -> OpenError {
    let digest = Digest::of(&bytes);
    SearchIndex::open(bytes, &digest).expect_err("a forged archive is refused")
}

#[test]
fn changed_bytes_are_refused() {
    let archive = archive(&[offer(0, "Vendeur")]);
    let mut changed = archive.bytes.clone();
    changed[700] ^= 1;
    let cut = archive.bytes[..archive.bytes.len() / 2].to_vec();
    for bytes in [changed, cut, Vec::new(), b"garbage".to_vec()] {
        assert!(matches!(SearchIndex::open(bytes, &archive.sha256), Err(OpenError::Digest)));
    }
    assert!(SearchIndex::open(archive.bytes, &archive.sha256).is_ok());
}

#[test]
fn forged_archives_never_panic_outwards() {
    let whole = archive(&[offer(0, "Vendeur"), offer(1, "Chef")]).bytes;
    // What is cut off may be no more than the zeros that end a tar.
    let content = whole.iter().rposition(|byte| *byte != 0).unwrap();
    for cut in (0..content).step_by(509) {
        forged(whole[..cut].to_vec());
    }
    forged(vec![0; 4096]);
    forged(vec![0xff; 4096]);
}

/// A file's bytes are replaced in place, so that the container still fits.
#[test]
fn files_of_rubbish_are_refused() {
    let whole = archive(&[offer(0, "Vendeur"), offer(1, "Chef")]).bytes;
    let mut places = Vec::new();
    for entry in tar::Archive::new(whole.as_slice()).entries().unwrap() {
        let entry = entry.unwrap();
        places.push((
            entry.path().unwrap().into_owned(),
            entry.raw_file_position() as usize,
            entry.size() as usize,
        ));
    }
    assert!(places.len() > 6);
    for (path, from, size) in places {
        for rubbish in [0x00, 0x5a, 0xff] {
            let mut bytes = whole.clone();
            bytes[from..from + size].fill(rubbish);
            let digest = Digest::of(&bytes);
            match SearchIndex::open(bytes, &digest) {
                Err(_) => {}
                // Suggestions that point inside are in a wrong order at worst.
                Ok(index) if path.ends_with("suggestions.bin") => drop(index.suggest("v", 10, TODAY)),
                Ok(index) => panic!("{} of {rubbish:#x} was taken: {index:?}", path.display()),
            }
        }
    }
}

#[test]
fn strange_containers_are_refused() {
    let tar_of = |name: &str, kind: tar::EntryType| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_size(0);
        header.set_entry_type(kind);
        // `set_path` refuses the names a forger would use.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        tar.append(&header, &[][..]).unwrap();
        tar.into_inner().unwrap()
    };
    for bytes in [
        tar_of("../../etc/passwd", tar::EntryType::Regular),
        tar_of("/meta.json", tar::EntryType::Regular),
        tar_of("a/b", tar::EntryType::Regular),
        tar_of("meta.json", tar::EntryType::Symlink),
        tar_of("meta.json", tar::EntryType::Directory),
        tar_of("other", tar::EntryType::Regular),
    ] {
        assert!(matches!(forged(bytes), OpenError::Malformed(_)));
    }
}

#[test]
fn another_version_is_named() {
    let mut bytes = archive(&[]).bytes;
    let at = bytes.windows(10).position(|window| window == b"\"format\":4").unwrap();
    bytes[at + 9] = b'7';
    assert!(matches!(forged(bytes), OpenError::Version { format: 7, .. }));
}

#[test]
fn a_pointer_reads_back() {
    let archive = archive(&[offer(0, "Vendeur")]);
    let named = ArchiveRef::to(&archive, "750");
    assert_eq!(named.key, archive_key(archive.generation));
    assert_eq!((named.offers, named.closed, named.changes), (1, 0, false));
    let pointer = Pointer {
        archives: vec![named],
        made_with: "nothing else".to_owned(),
        published_at: Timestamp::UNIX_EPOCH,
        queries: None,
    };
    assert_eq!(pointer.generation(), Some(archive.generation));
    assert_eq!(Pointer::from_json(&pointer.to_json()).unwrap(), pointer);
    assert!(
        !String::from_utf8(pointer.to_json()).unwrap().contains("queries"),
        "as pointers were before there were keys"
    );
    let keyed = Pointer { queries: Some(Key::generate().unwrap()), ..pointer.clone() };
    assert_eq!(Pointer::from_json(&keyed.to_json()).unwrap(), keyed);
    assert_eq!(Pointer::key_in(&keyed.to_json()), keyed.queries);
    let foreign = String::from_utf8(keyed.to_json()).unwrap().replace("archives", "parts");
    assert!(Pointer::from_json(foreign.as_bytes()).is_err());
    assert_eq!(Pointer::key_in(foreign.as_bytes()), keyed.queries);
    for bytes in [&b""[..], b"{}", b"null", b"{\"generation\":1}", &pointer.to_json()[..40]] {
        assert!(Pointer::from_json(bytes).is_err());
    }
}

#[test]
fn an_open_index_is_shared_between_threads() {
    let index = index(&[offer(0, "Vendeur")]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(index.search(&request("vendeur")).unwrap().total, 1));
        }
    });
}
