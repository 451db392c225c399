//! Two columns that a program wrote line by line across both: each is read from top to bottom. Most programs write one
//! column after the other, and their order is left as it is.

use super::page::Line;

/// Fewest lines across both columns: what has less is a table, or a heading with a date beside it.
const FEWEST: usize = 6;
/// Least width of what parts the columns, in points.
const GUTTER: f32 = 6.0;
/// Least share of its column that a line fills on average: cells of tables fill less.
const FILLED: f32 = 0.5;

/// The lines of a page, whose parts on both sides of a gap are lines of their own, in reading order.
pub(super) fn in_order(lines: Vec<Line>) -> Vec<Line> {
    let Some(middle) = gutter(&lines) else { return joined(lines) };
    let (mut ordered, mut right) = (Vec::new(), Vec::new());
    for line in lines {
        if line.left >= middle {
            right.push(line);
        } else {
            // What stands across both columns ends them.
            if line.right > middle {
                ordered.append(&mut right);
            }
            ordered.push(line);
        }
    }
    ordered.append(&mut right);
    ordered
}

/// Where the gap between two columns is, if there are two.
fn gutter(lines: &[Line]) -> Option<f32> {
    let pairs: Vec<(&Line, &Line)> =
        lines.windows(2).filter(|pair| pair[1].goes_on).map(|pair| (&pair[0], &pair[1])).collect();
    if pairs.len() < FEWEST || pairs.len() * 3 < lines.len() - pairs.len() {
        return None;
    }
    let share = |mut values: Vec<f32>, share: f32| {
        values.sort_unstable_by(f32::total_cmp);
        values[((values.len() - 1) as f32 * share) as usize]
    };
    // A line or two may reach beyond its column.
    let left_end = share(pairs.iter().map(|(left, _)| left.right).collect(), 0.9);
    let right_start = share(pairs.iter().map(|(_, right)| right.left).collect(), 0.1);
    if right_start - left_end < GUTTER {
        return None;
    }
    let middle = f32::midpoint(left_end, right_start);
    let apart = pairs.iter().filter(|(left, right)| left.right <= middle && right.left >= middle).count();
    let mean = |widths: Vec<f32>| widths.iter().sum::<f32>() / widths.len() as f32;
    let widest = |widths: &[f32]| widths.iter().copied().fold(1.0, f32::max);
    let fills = |widths: Vec<f32>| widest(&widths) * FILLED <= mean(widths);
    let both = fills(pairs.iter().map(|(left, _)| left.right - left.left).collect())
        && fills(pairs.iter().map(|(_, right)| right.right - right.left).collect());
    (both && apart * 10 >= pairs.len() * 9).then_some(middle)
}

/// Puts the parts of lines together again.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        match joined.last_mut() {
            Some(last) if line.goes_on => {
                last.text.push(' ');
                last.text.push_str(&line.text);
                last.right = last.right.max(line.right);
                last.top = last.top.max(line.top);
                last.bottom = last.bottom.min(line.bottom);
            }
            _ => joined.push(line),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, right: f32, goes_on: bool) -> Line {
        Line { text: text.to_owned(), size: 10.0, left, right, top: 0.0, bottom: 0.0, goes_on }
    }

    fn texts(lines: Vec<Line>) -> String {
        in_order(lines).into_iter().map(|line| line.text).collect::<Vec<_>>().join("/")
    }

    #[test]
    fn columns_written_across() {
        let mut lines = vec![line("T", 50.0, 500.0, false)];
        for i in 0..6 {
            lines.push(line(&format!("a{i}"), 50.0, 250.0, false));
            lines.push(line(&format!("b{i}"), 300.0, 500.0, true));
        }
        lines.push(line("F", 50.0, 500.0, false));
        assert_eq!(texts(lines), "T/a0/a1/a2/a3/a4/a5/b0/b1/b2/b3/b4/b5/F");
    }

    #[test]
    fn tables_and_dates_stay_as_they_are() {
        let table = (0..8).flat_map(|i| {
            let long = if i == 0 { 250.0 } else { 80.0 };
            [line("n", 50.0, long, false), line("1", 300.0, 320.0, true)]
        });
        assert_eq!(texts(table.collect()), ["n 1"; 8].join("/"));
        assert_eq!(
            texts(vec![line("Poste", 50.0, 100.0, false), line("2021", 400.0, 430.0, true)]),
            "Poste 2021"
        );
    }
}
