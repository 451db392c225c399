//! The certificate of destruction: signed by the deployment's own key, which outlives the tenant, with a page in each language.

use jiff::{Span, tz::TimeZone};
use vivier_bundle::{Acknowledgement, Certificate, Signed, VERSION};
use vivier_domain::{ids::TenantId, member::Language, settings::theme::Theme};
use vivier_report::{Block, Brand, Cell, Column, Kind, Report, Table};
use vivier_runtime::HandlerError;
use vivier_tenancy::PlatformScope;

use crate::{App, export::Noted};

/// Backups live a year at most.
const BACKUP_MONTHS: i32 = 12;

/// A certificate could not be written.
#[derive(Debug, thiserror::Error)]
#[error("a certificate could not be written")]
struct NotWritten;

fn failed<E>(_: E) -> HandlerError {
    HandlerError::other("certifying a destruction", NotWritten)
}

/// Makes the certificate of a tenant of which nothing is left, once.
pub(crate) async fn certify(
    app: &App,
    platform: &PlatformScope,
    tenant: TenantId,
) -> Result<(), HandlerError> {
    let Some(mut noted) = Noted::read(app, platform, tenant).await? else { return Ok(()) };
    let departure = &noted.departure;
    if departure.certificate.is_some() {
        return Ok(());
    }
    let (Some(destroyed_at), Some(bundle), Some(acknowledgement)) =
        (departure.destroyed_at, &departure.bundle, &departure.acknowledgement)
    else {
        return Ok(());
    };
    let day = destroyed_at.to_zoned(TimeZone::UTC).date();
    let certificate = Certificate {
        version: VERSION,
        deployment: app.stage.clone(),
        tenant,
        slug: departure.slug.clone(),
        name: departure.name.clone(),
        begun_at: departure.begun_at,
        bundle: bundle.clone(),
        acknowledgement: acknowledgement.clone(),
        stores: departure.stores.clone(),
        destroyed_at,
        backups_until: day.checked_add(Span::new().months(BACKUP_MONTHS)).map_err(failed)?,
    };
    let keys = app.tenancy.certificate_keys(platform).await?;
    let text = serde_json::to_string(&certificate).map_err(failed)?;
    let signed = Signed::seal(text, keys.public_key(), |bytes| keys.sign(bytes));
    for language in [Language::En, Language::Fr] {
        let page = page(&certificate, &signed, language)?.to_pdf().map_err(failed)?;
        app.tenancy.departures()?.put_page(platform, tenant, language, page).await?;
    }
    noted.departure.certificate = Some(signed);
    noted.note().await?;
    tracing::info!(tenant = %tenant, "the destruction of a tenant is certified");
    Ok(())
}

/// The page that people read.
fn page(certificate: &Certificate, signed: &Signed, language: Language) -> Result<Report, HandlerError> {
    let acknowledgement: Acknowledgement =
        serde_json::from_str(&certificate.acknowledgement.text).map_err(failed)?;
    let say = |en: &'static str, fr: &'static str| if language == Language::Fr { fr } else { en };
    let facts = [
        (say("Organisation", "Organisation"), certificate.name.clone()),
        (say("Identifier", "Identifiant"), certificate.tenant.to_string()),
        (say("End of the contract", "Fin du contrat"), certificate.begun_at.to_string()),
        (say("Bundle handed over (SHA-256)", "Archive remise (SHA-256)"), certificate.bundle.sha256.clone()),
        (
            say("Size of the bundle (bytes)", "Taille de l'archive (octets)"),
            certificate.bundle.bytes.to_string(),
        ),
        (say("Receipt acknowledged", "Réception acceptée"), acknowledgement.at.to_string()),
        (say("By the member", "Par le membre"), acknowledgement.member),
        (say("Everything destroyed", "Tout détruit"), certificate.destroyed_at.to_string()),
        (say("Last backup ends", "Fin de la dernière sauvegarde"), certificate.backups_until.to_string()),
        (say("SHA-256 of the certificate", "SHA-256 de l'attestation"), signed.hash.to_string()),
        (say("Signature (Ed25519)", "Signature (Ed25519)"), signed.signature.to_string()),
        (say("Public key", "Clé publique"), signed.public_key.to_string()),
    ];
    let text = |text: String| Cell::Text(text);
    let facts = Table {
        key: "facts".into(),
        title: say("What is certified", "Ce qui est attesté").into(),
        columns: vec![
            Column::new("fact", say("Fact", "Fait"), Kind::Text),
            Column::new("value", say("Value", "Valeur"), Kind::Text),
        ],
        rows: facts.into_iter().map(|(name, value)| vec![text(name.to_owned()), text(value)]).collect(),
        totals: None,
    };
    let stores = Table {
        key: "stores".into(),
        title: say(
            "Stores, each looked at again after it was destroyed",
            "Données détruites, chacune vérifiée ensuite",
        )
        .into(),
        columns: vec![
            Column::new("store", say("Store", "Emplacement"), Kind::Text),
            Column::new("destroyed_at", say("Destroyed", "Détruit"), Kind::Moment),
            Column::new("absent_at", say("Found absent", "Absence constatée"), Kind::Moment),
        ],
        rows: certificate
            .stores
            .iter()
            .map(|one| {
                vec![text(one.store.clone()), Cell::Moment(one.destroyed_at), Cell::Moment(one.absent_at)]
            })
            .collect(),
        totals: None,
    };
    let note = say(
        "All data of this organisation was handed back, its receipt was acknowledged, and then everything was destroyed. Backups still hold \
         encrypted copies until the day named above; they are not used, and end by themselves. The signed file (JSON) is what proves it: \
         `vivier departure verify` checks it without any connection.",
        "Toutes les données de cette organisation lui ont été remises, leur réception a été acceptée, puis tout a été détruit. Des sauvegardes \
         chiffrées subsistent jusqu'au jour indiqué ci-dessus ; elles ne servent plus et s'éteignent d'elles-mêmes. Le fichier signé (JSON) en \
         est la preuve : `vivier departure verify` le contrôle hors connexion.",
    );
    Ok(Report {
        title: say("Certificate of destruction", "Attestation de destruction").into(),
        subtitle: Some(certificate.name.clone()),
        period: None,
        compared_with: None,
        language,
        time_zone: TimeZone::UTC,
        brand: Brand { name: format!("Vivier ({})", certificate.deployment), theme: Theme::default() },
        generated_at: certificate.destroyed_at,
        blocks: vec![Block::Note(note.into()), Block::Table(facts), Block::Table(stores)],
    })
}
