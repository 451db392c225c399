//! An axis of values: from zero, in round steps.

use std::time::Duration;

use crate::{
    format::Style,
    table::{Cell, Kind},
};

/// About so many steps.
const STEPS: f64 = 4.0;
/// Steps of a clock, in seconds; above them, whole days.
const CLOCK: [f64; 15] =
    [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0];

/// An axis.
#[derive(Debug, PartialEq)]
pub(super) struct Axis {
    kind: Kind,
    step: f64,
    /// In steps.
    first: f64,
    last: f64,
}

impl Axis {
    /// An axis that all values have a place on, and zero: a bar that does not begin there says too much.
    pub(super) fn over(values: impl Iterator<Item = f64>, kind: Kind) -> Self {
        let (lowest, highest) =
            values.fold((0.0, 0.0), |(low, high): (f64, f64), x| (low.min(x), high.max(x)));
        let reach = if highest > lowest { highest - lowest } else { usual(kind) };
        let step = step(reach / STEPS, kind);
        let highest = if highest > lowest { highest } else { reach };
        Self { kind, step, first: (lowest / step).floor(), last: (highest / step).ceil() }
    }

    /// The values that are written beside it.
    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let steps = (self.last - self.first) as usize;
        (0..=steps).map(|at| (self.first + at as f64) * self.step)
    }

    /// Where a value stands: 0 at the lower end, 1 at the upper.
    pub(super) fn share(&self, value: f64) -> f64 {
        (value / self.step - self.first) / (self.last - self.first)
    }

    /// A tick as it is written: with the decimal places that its step needs, whatever the values have.
    pub(super) fn label(&self, tick: f64, style: &Style) -> String {
        let places = |step: f64| (-step.log10().floor()).clamp(0.0, 6.0) as u8;
        match self.kind {
            Kind::Percent(_) => style.percent(tick, places(self.step * 100.0)),
            Kind::Duration if tick >= 0.0 => {
                if tick == 0.0 {
                    "0".to_owned()
                } else {
                    style.cell(&Cell::Duration(Duration::from_secs_f64(tick)), Kind::Duration)
                }
            }
            _ => style.decimal(tick, places(self.step)),
        }
    }
}

/// How far an axis reaches where there is nothing on it.
fn usual(kind: Kind) -> f64 {
    match kind {
        Kind::Percent(_) => 1.0,
        Kind::Duration => 60.0,
        _ => 4.0,
    }
}

/// The round step that is next above.
fn step(wanted: f64, kind: Kind) -> f64 {
    if kind == Kind::Duration && wanted > 0.5 {
        let day = 86_400.0;
        return CLOCK.into_iter().find(|step| *step >= wanted).unwrap_or_else(|| (wanted / day).ceil() * day);
    }
    let power = 10_f64.powf(wanted.log10().floor());
    let round =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= wanted * 0.999);
    let step = round.unwrap_or(power * 10.0);
    if kind == Kind::Integer { step.max(1.0) } else { step }
}
