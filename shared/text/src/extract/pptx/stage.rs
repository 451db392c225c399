//! What slides stand on: their layout, its master and theme.

use std::collections::{BTreeMap, HashMap};

use super::paint::{Paint, Properties};
use super::scene::{Filled, Scene};
use crate::extract::ExtractError;
use crate::extract::ooxml::Package;
use crate::extract::theme::Theme;

/// What changes colours during the show, or moves letters to where something lies behind them.
const ANIMATIONS: [&str; 3] = ["animClr", "clrVal", "animMotion"];

/// What lies behind everything that a slide draws itself. By default it is not known, and taken to be dark.
#[derive(Default)]
pub(super) struct Stage {
    /// Whether paper is white.
    white: bool,
    theme: Theme,
    background: Option<Properties>,
    pub(super) filled: Filled,
    pub(super) fills_placeholders: bool,
}

impl Stage {
    /// What a layout shows; `None` where a part is missing.
    fn of(package: &mut Package<'_>, layout: &str) -> Result<Option<Self>, ExtractError> {
        let relations = package.relations(layout)?;
        let Some(master) = related(&relations, "slideMaster") else { return Ok(None) };
        let Some(theme) = related(&package.relations(master)?, "theme").cloned() else { return Ok(None) };
        let (Some(theme), Some(master), Some(xml)) =
            (package.part(&theme)?, package.part(master)?, package.part(layout)?)
        else {
            return Ok(None);
        };
        let theme = Theme::of(&theme)?;
        let master = Scene::of(&master, false)?;
        let layout = Scene::of(&xml, master.fills_placeholders)?;
        let mut filled = layout.filled;
        if !layout.bare {
            filled.extend(master.filled);
        }
        let remaps = master.remaps || layout.remaps || related(&relations, "themeOverride").is_some();
        Ok(Some(Self {
            white: theme.white && !remaps,
            theme,
            background: layout.background.or(master.background),
            filled,
            fills_placeholders: layout.fills_placeholders,
        }))
    }

    /// Whether the background is white, of a slide that may have one of its own.
    pub(super) fn is_white(&self, own: Option<Properties>) -> bool {
        self.white
            && own.or(self.background).is_none_or(|background| {
                background.paint == Some(Paint::White)
                    && background.style.is_none_or(|style| self.theme.is_plain(style))
            })
    }
}

/// The stages of a presentation, by their layouts.
pub(super) struct Stages {
    known: HashMap<String, Stage>,
    unknown: Stage,
    /// Of a slide without a layout.
    paper: Stage,
}

impl Stages {
    pub(super) fn new() -> Self {
        Self {
            known: HashMap::new(),
            unknown: Stage::default(),
            paper: Stage { white: true, ..Stage::default() },
        }
    }

    pub(super) fn of(&mut self, package: &mut Package<'_>, slide: &str, xml: &str) -> &Stage {
        let Ok(relations) = package.relations(slide) else { return &self.unknown };
        // Changes of colours come after the letters.
        let remaps =
            xml.contains("overrideClrMapping") && !Scene::of(xml, false).is_ok_and(|scene| !scene.remaps);
        let moves = ANIMATIONS.iter().any(|animation| xml.contains(animation));
        if remaps || moves || related(&relations, "themeOverride").is_some() {
            return &self.unknown;
        }
        let Some(layout) = related(&relations, "slideLayout") else { return &self.paper };
        self.known
            .entry(layout.clone())
            .or_insert_with(|| Stage::of(package, layout).ok().flatten().unwrap_or_default())
    }
}

/// The part of a kind that another names.
fn related<'r>(relations: &'r BTreeMap<String, (String, String)>, kind: &str) -> Option<&'r String> {
    relations.values().find(|(other, _)| other == kind).map(|(_, part)| part)
}
