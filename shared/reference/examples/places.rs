//! How long places take to open and to suggest, and that what is suggested is what was typed.
//!
//!     cargo run --release -p vivier-reference --example places -- .local/reference

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use vivier_reference::{Occupations, Places};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder =
        PathBuf::from(std::env::args().nth(1).ok_or("the folder that reference.py wrote is needed")?);
    let mut opening = timed(20, |_| Places::open(&folder));
    let mut occupations = timed(20, |_| Occupations::open(&folder));
    let mut first =
        timed(20, |_| Occupations::open(&folder).map(|opened| opened.of_title("boulanger").is_some()));
    let places = Places::open(&folder)?;
    let approximate = places.all().iter().filter(|place| place.approximate).count();
    println!("{} places, {approximate} of them approximate", places.all().len());
    println!("open: places {}", spread(&mut opening));
    println!("open: occupations {}; with a first title {}", spread(&mut occupations), spread(&mut first));

    // Every beginning of the names of the 2 000 largest places and of every tenth of the others, as it is typed.
    let mut beginnings = Vec::new();
    for (number, place) in places.all().iter().enumerate() {
        if number < 2_000 || number % 10 == 0 {
            let ends = place.name.char_indices().map(|(at, c)| at + c.len_utf8());
            beginnings.extend(ends.map(|end| place.name[..end].to_owned()));
        }
    }
    report(&places, "right", &beginnings);
    // The same with two letters in the wrong order: most find nothing and are searched for a typing error.
    let swapped: Vec<String> = beginnings
        .iter()
        .filter(|beginning| beginning.chars().count() >= 4)
        .map(|beginning| {
            let mut letters: Vec<char> = beginning.chars().collect();
            letters.swap(2, 3);
            letters.into_iter().collect()
        })
        .collect();
    report(&places, "misspelt", &swapped);

    let center = places.find("Paris")[0].point;
    let mut around = timed(200, |_| places.within(center, 30.0));
    println!("within 30 km of Paris: {} places, {}", places.within(center, 30.0).len(), spread(&mut around));
    let named = |number: usize| &places.all()[number * 7 % places.all().len()];
    let text = |number: usize| {
        format!("{} {}", named(number).postal_codes.first().map_or("", |c| c.as_str()), named(number).name)
    };
    let mut finding = timed(5_000, |number| places.find(&text(number)));
    let found = (0..5_000)
        .filter(|number| places.find(&text(*number)).first().is_some_and(|place| *place == named(*number)));
    println!("find by code and name: {} of 5000 right, {}", found.count(), spread(&mut finding));
    Ok(())
}

fn report(places: &Places, what: &str, typed: &[String]) {
    let mut times = timed(typed.len(), |number| places.suggest(&typed[number], 10));
    println!("suggest, {what}: {} beginnings, {}", typed.len(), spread(&mut times));
}

fn timed<R>(times: usize, run: impl Fn(usize) -> R) -> Vec<Duration> {
    let time = |number| {
        let begun = Instant::now();
        let result = black_box(run(number));
        let elapsed = begun.elapsed();
        drop(result);
        elapsed
    };
    (0..times).map(time).collect()
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!("best {:.3?}, median {:.3?}, p99 {:.3?}", at(0.0), at(0.5), at(0.99))
}
