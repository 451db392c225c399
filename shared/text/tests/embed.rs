//! The embedder against what others compute. `embed_golden.json` holds sentences, the ids that the model's official
//! tokenizer gives them, and vectors (in ten-thousandths) of the C engine that the weights were published with.
#![expect(clippy::unwrap_used, reason = "a test ends where its preparation fails")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use vivier_text::{EmbedError, Embedder, LocalE5, OfferEmbedder};

#[derive(Deserialize)]
struct Golden {
    text: String,
    ids: Vec<u32>,
    query: Option<Vec<f32>>,
    passage: Option<Vec<f32>>,
}

static GOLDEN: LazyLock<Vec<Golden>> =
    LazyLock::new(|| serde_json::from_str(include_str!("embed_golden.json")).unwrap());

static MODEL: LazyLock<LocalE5> = LazyLock::new(|| LocalE5::open(&folder()).unwrap());

fn folder() -> PathBuf {
    let folder = std::env::var_os("VIVIER_MODEL_PATH")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.local/model"), PathBuf::from);
    assert!(
        folder.join("manifest.json").is_file(),
        "no model in {}: run `.venv/bin/python infra/local/model.py --into .local/model`, or name its folder in VIVIER_MODEL_PATH",
        folder.display()
    );
    folder
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

mod tokenizer {
    use super::*;

    #[test]
    fn official_ids() {
        for golden in GOLDEN.iter() {
            assert_eq!(
                MODEL.tokenizer().encode(&format!("query: {}", golden.text), 512),
                golden.ids,
                "{}",
                golden.text
            );
        }
    }

    #[test]
    fn cut_at_the_limit() {
        for text in ["mot ".repeat(100_000), "x".repeat(1_000_000), "é\u{301}🙂".repeat(50_000)] {
            let ids = MODEL.tokenizer().encode(&text, 512);
            assert!(ids.len() <= 512 && ids.len() > 100, "{}", ids.len());
            assert_eq!((ids[0], ids[ids.len() - 1]), (0, 2));
        }
    }

    #[test]
    fn nothing_is_still_marked() {
        for text in ["", "  \n\t", "\u{200b}"] {
            assert_eq!(MODEL.tokenizer().encode(text, 512), [0, 2], "{text:?}");
        }
    }
}

mod vectors {
    use super::*;

    #[derive(Deserialize)]
    struct Means {
        mean_query: Vec<f32>,
        mean_passage: Vec<f32>,
    }

    fn centred(vector: &[f32], mean: &[f32]) -> Vec<f32> {
        let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
        vector.iter().zip(mean).map(|(figure, mean)| figure / length - mean).collect()
    }

    #[test]
    fn as_the_reference_engine() {
        let means: Means =
            serde_json::from_slice(&std::fs::read(folder().join("manifest.json")).unwrap()).unwrap();
        let mut cosines = Vec::new();
        for golden in GOLDEN.iter() {
            if let Some(expected) = &golden.query {
                cosines
                    .push(cosine(&MODEL.query(&golden.text).unwrap(), &centred(expected, &means.mean_query)));
            }
            if let Some(expected) = &golden.passage {
                cosines.push(cosine(
                    &MODEL.passages(&[&golden.text]).unwrap()[0],
                    &centred(expected, &means.mean_passage),
                ));
            }
        }
        // Without centring the least is 0.998; what is left after it is five times as far apart.
        assert!(cosines.iter().all(|cosine| *cosine > 0.98), "{cosines:?}");
        assert!(cosines.iter().sum::<f32>() / cosines.len() as f32 > 0.99, "{cosines:?}");
    }

    #[test]
    fn of_length_one_and_the_dimension() {
        for vector in MODEL.passages(&["", "Bonjour", &"mot ".repeat(10_000)]).unwrap() {
            assert_eq!(vector.len(), MODEL.identity().dimension);
            assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-5);
            assert!((vector.iter().map(|figure| figure * figure).sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }

    #[test]
    fn alone_or_among_others() {
        let texts = ["Vingt-cinq jours de congés.", "Le télétravail est possible."];
        let together = MODEL.passages(&texts).unwrap();
        assert_eq!(together[1], MODEL.passages(&texts[1..]).unwrap()[0]);
    }

    #[test]
    fn meaning_across_languages() {
        let passages = MODEL
            .passages(&[
                "Chaque salarié dispose de vingt-cinq jours de congés payés.",
                "Le parking de l'entreprise est réservé aux visiteurs.",
                "Les notes de frais sont remboursées en fin de mois.",
            ])
            .unwrap();
        for question in ["How much paid leave do I get?", "combien de vacances par an"] {
            let query = MODEL.query(question).unwrap();
            let best = passages
                .iter()
                .map(|passage| cosine(&query, passage))
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(&b.1));
            assert_eq!(best.map(|(i, _)| i), Some(0), "{question}");
        }
    }
}

mod offers {
    use super::*;

    static OFFERS: LazyLock<OfferEmbedder> = LazyLock::new(|| OfferEmbedder::open(&folder()).unwrap());

    #[test]
    fn as_learned() {
        #[derive(Deserialize)]
        struct Mapped {
            text: String,
            vector: Vec<f32>,
        }
        let golden: Vec<Mapped> = serde_json::from_str(include_str!("space_golden.json")).unwrap();
        assert!(golden.len() > 5);
        for Mapped { text, vector } in golden {
            let own = OFFERS.query(&text).unwrap();
            assert_eq!(own.len(), vector.len());
            // Not figure by figure: products of eight bits are added up otherwise where a processor has no instruction for them (AVX-512 VNNI).
            let alike = cosine(&own, &vector);
            assert!(alike > 0.995, "{text}: {alike}");
        }
    }

    #[test]
    fn a_trade_is_nearer_than_a_word() {
        for texts in [
            ["serveur en salle", "chef de rang", "administrateur de serveurs"],
            [
                "chargé d'affaires bancaires",
                "conseiller clientèle en banque",
                "chargé d'affaires en bâtiment",
            ],
            ["chef de partie", "cuisinier", "chef de projet"],
            ["nurse", "infirmière", "nursery school teacher"],
        ] {
            let ahead = |embedder: &dyn Embedder| {
                let [title, trade, word] = texts.map(|text| embedder.query(text).unwrap());
                cosine(&title, &trade) - cosine(&title, &word)
            };
            assert!(ahead(&*MODEL) < 0.0 && ahead(&*OFFERS) > 0.0, "{texts:?}");
        }
    }

    #[test]
    fn letters_are_like_no_trade() {
        let titles = ["infirmier", "comptable", "soudeur", "développeur web", "chauffeur poids lourd"];
        let titles = titles.map(|title| OFFERS.query(title).unwrap());
        for letters in ["qsdfghj", "xkcdwvb", "zzzzzz", "wrtplk"] {
            let letters = OFFERS.query(letters).unwrap();
            for title in &titles {
                assert!(cosine(&letters, title) < 0.3);
            }
        }
    }

    #[test]
    fn vectors_bear_the_name_of_their_space() {
        let (plain, own) = (MODEL.identity(), OFFERS.identity());
        assert!(own.name.starts_with(&format!("{}+occupations-", plain.name)), "{}", own.name);
        for vector in OFFERS.passages(&["un texte", ""]).unwrap() {
            assert_eq!(vector.len(), own.dimension);
            let length = vector.iter().map(|figure| figure * figure).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-5, "{length}");
        }
    }
}

mod folders {
    use super::*;

    /// The model's folder with one file replaced.
    fn with(name: &str, content: &[u8]) -> (tempfile::TempDir, Result<LocalE5, EmbedError>) {
        let copy = tempfile::tempdir().unwrap();
        for file in ["manifest.json", "pieces.bin", "words.q4", "encoder.onnx", "occupations.space"] {
            if file == name {
                std::fs::write(copy.path().join(file), content).unwrap();
            } else {
                std::os::unix::fs::symlink(
                    folder().canonicalize().unwrap().join(file),
                    copy.path().join(file),
                )
                .unwrap();
            }
        }
        let opened = LocalE5::open(copy.path());
        (copy, opened)
    }

    #[test]
    fn empty() {
        let empty = tempfile::tempdir().unwrap();
        assert!(matches!(LocalE5::open(empty.path()), Err(EmbedError::Unreadable { .. })));
    }

    #[test]
    fn damaged_files() {
        let pieces = std::fs::read(folder().join("pieces.bin")).unwrap();
        for (name, content) in [
            ("manifest.json", &b"{}"[..]),
            ("pieces.bin", &pieces[..pieces.len() - 1]),
            ("pieces.bin", b"VPC1"),
            ("words.q4", &[0; 217]),
            ("words.q4", &[0; 216]),
        ] {
            assert!(matches!(with(name, content).1, Err(EmbedError::Damaged { .. })), "{name}");
        }
        assert!(matches!(with("encoder.onnx", b"not a network").1, Err(EmbedError::Load(_))));
        let (copy, opened) = with("occupations.space", b"VOS1");
        assert!(opened.is_ok());
        assert!(matches!(OfferEmbedder::open(copy.path()), Err(EmbedError::Damaged { .. })));
    }
}
