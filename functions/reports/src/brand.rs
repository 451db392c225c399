//! Whose report it is: the tenant's name and colours, and what its front offices are called.

use std::collections::BTreeMap;

use vivier_domain::{
    event::{Channel, Spoken},
    ids::ProjectId,
    member::Language,
    project::Project,
    report::ReportKind,
    settings::{ProjectSettings, Published, theme::Theme},
};
use vivier_report::{Block, Brand, Period, Report};
use vivier_tenancy::{
    TenancyError, TenantScope,
    rooms::records::{Place, RecordKey, Records},
};

use crate::{App, asked::Asked};

/// What stands around a report's figures.
#[derive(Debug)]
pub(crate) struct Surroundings {
    brand: Brand,
    projects: BTreeMap<ProjectId, String>,
}

impl Surroundings {
    /// Reads it. A report of one front office wears its theme; one of all wears that of the first.
    pub(crate) async fn read(app: &App, scope: &TenantScope, asked: &Asked) -> Result<Self, TenancyError> {
        let tenant = app.tenancy.registry()?.own(scope).await?.ok_or(TenancyError::Conflict("tenant"))?;
        let records = app.tenancy.records(scope)?;
        let found: Vec<Project> = records
            .list(&RecordKey::projects(), None, None)
            .await?
            .into_iter()
            .map(|(_, found)| found.value)
            .collect();
        let worn = asked.question.project.or_else(|| found.first().map(|project| project.id));
        let theme = match worn {
            Some(project) => theme(&records, project).await?,
            None => Theme::default(),
        };
        let projects = found.into_iter().map(|project| (project.id, project.name)).collect();
        Ok(Self { brand: Brand { name: tenant.name, theme }, projects })
    }

    /// What a front office is called; one that is gone, or none, has a word.
    pub(crate) fn name_of(&self, language: Language, project: Option<ProjectId>) -> String {
        let named = project.and_then(|project| self.projects.get(&project));
        let word = match (language, project) {
            (Language::Fr, Some(id)) if id.as_uuid().is_nil() => "Hors projet",
            (Language::En, Some(id)) if id.as_uuid().is_nil() => "No project",
            (Language::Fr, _) => "Projet supprimé",
            (Language::En, _) => "Removed project",
        };
        named.cloned().unwrap_or_else(|| word.to_owned())
    }

    /// The report that says `blocks`.
    pub(crate) fn report(self, asked: &Asked, name: Option<&str>, blocks: Vec<Block>) -> Report {
        let span = asked.span;
        let given = title(asked.question.kind, asked.language);
        let subtitle = self.subtitle(asked, name.map(|_| given));
        let before = span.from.yesterday().unwrap_or(span.from);
        Report {
            title: name.unwrap_or(given).to_owned(),
            subtitle,
            period: Some(Period { from: span.from, to: span.to }),
            compared_with: Some(Period { from: span.before, to: before }),
            language: asked.language,
            time_zone: asked.zone.clone(),
            brand: self.brand,
            generated_at: asked.now,
            blocks,
        }
    }

    /// What it is of, and what it is narrowed to.
    fn subtitle(&self, asked: &Asked, given: Option<&str>) -> Option<String> {
        let (language, question) = (asked.language, &asked.question);
        let french = language == Language::Fr;
        let mut parts: Vec<String> = given.map(str::to_owned).into_iter().collect();
        if let Some(project) = question.project {
            let name = self.name_of(language, Some(project));
            parts.push(if french { format!("projet « {name} »") } else { format!("project “{name}”") });
        }
        if let Some(channel) = question.channel {
            let way = channel_name(channel);
            parts.push(if french { format!("canal {way}") } else { format!("channel {way}") });
        }
        if let Some(spoken) = question.language {
            parts.push(match (french, spoken) {
                (true, Spoken::French) => "en français".to_owned(),
                (true, Spoken::English) => "en anglais".to_owned(),
                (false, Spoken::French) => "in French".to_owned(),
                (false, Spoken::English) => "in English".to_owned(),
            });
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "web",
        Channel::WhatsApp => "WhatsApp",
        Channel::Messenger => "Messenger",
        Channel::Mail => "e-mail",
        Channel::BackOffice => "back office",
        Channel::System => "system",
    }
}

/// What a kind of report is called.
pub(crate) const fn title(kind: ReportKind, language: Language) -> &'static str {
    match (kind, language) {
        (ReportKind::Activity, Language::Fr) => "Rapport d’activité",
        (ReportKind::Activity, Language::En) => "Activity report",
        (ReportKind::NoResults, Language::Fr) => "Recherches sans résultat",
        (ReportKind::NoResults, Language::En) => "Searches without results",
        (ReportKind::ChatbotQuality, Language::Fr) => "Qualité du chatbot",
        (ReportKind::ChatbotQuality, Language::En) => "Chatbot quality",
        (ReportKind::OffersPerformance, Language::Fr) => "Performance des offres",
        (ReportKind::OffersPerformance, Language::En) => "Offers’ performance",
        (ReportKind::MembersActivity, Language::Fr) => "Activité des membres",
        (ReportKind::MembersActivity, Language::En) => "Members’ activity",
    }
}

/// What the theme of a front office is, as it is published.
async fn theme(records: &Records<'_>, project: ProjectId) -> Result<Theme, TenancyError> {
    let key: RecordKey<Published<ProjectSettings>> = RecordKey::published(Place::Project(project));
    Ok(records.fetch(&key).await?.map(|found| found.value.settings.theme).unwrap_or_default())
}
