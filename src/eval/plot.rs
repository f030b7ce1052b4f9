//! Small plots as inline SVG. Colours come from the page's variables, so that they follow dark and
//! light; text is always left to right inside a plot.

use std::fmt::Write;

const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 300.0;
/// Around the plot, for labels: left and bottom, right and top.
const LEFT: f64 = 52.0;
const BOTTOM: f64 = 44.0;
const REST: f64 = 14.0;

/// A line of a plot in the unit square.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// The colour class of the page: `a`, `b` or `faint`.
    pub class: &'static str,
    /// Its points, both coordinates 0 to 1.
    pub points: Vec<(f64, f64)>,
    /// Whether each point is marked.
    pub marked: bool,
}

/// Text made harmless in HTML and SVG.
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

fn x(value: f64) -> f64 {
    LEFT + value.clamp(0.0, 1.0) * (WIDTH - LEFT - REST)
}

fn y(value: f64) -> f64 {
    HEIGHT - BOTTOM - value.clamp(0.0, 1.0) * (HEIGHT - BOTTOM - REST)
}

/// Lines over the unit square, axes in per cent.
pub fn lines(title: &str, across: &str, up: &str, series: &[Series]) -> String {
    let mut out = open(title);
    for step in 0..=4 {
        let value = f64::from(step) / 4.0;
        let percent = step * 25;
        let _ = write!(
            out,
            "<path class='grid' d='M{0:.1} {1:.1}V{2:.1}M{3:.1} {4:.1}H{5:.1}'/>\
             <text x='{0:.1}' y='{6:.1}' text-anchor='middle'>{percent}%</text>\
             <text x='{7:.1}' y='{8:.1}' text-anchor='end'>{percent}%</text>",
            x(value),
            y(0.0),
            y(1.0),
            x(0.0),
            y(value),
            x(1.0),
            y(0.0) + 16.0,
            x(0.0) - 6.0,
            y(value) + 4.0,
        );
    }
    for one in series {
        let path: Vec<String> =
            one.points.iter().map(|(px, py)| format!("{:.1},{:.1}", x(*px), y(*py))).collect();
        let _ = write!(
            out,
            "<polyline class='{}' points='{}'><title>{}</title></polyline>",
            one.class,
            path.join(" "),
            escaped(&one.name)
        );
        for (px, py) in one.points.iter().filter(|_| one.marked) {
            let _ = write!(
                out,
                "<circle class='{}' cx='{:.1}' cy='{:.1}' r='3.5'><title>{:.1}%, {:.1}%</title>\
                 </circle>",
                one.class,
                x(*px),
                y(*py),
                px * 100.0,
                py * 100.0
            );
        }
    }
    let _ = write!(
        out,
        "<text class='axis' x='{:.1}' y='{:.1}' text-anchor='middle'>{}</text>\
         <text class='axis' transform='translate(13 {:.1}) rotate(-90)' text-anchor='middle'>{}\
         </text></svg>",
        x(0.5),
        HEIGHT - 8.0,
        escaped(across),
        y(0.5),
        escaped(up)
    );
    out
}

/// One bar a row with its interval; values 0 to 1.
pub fn bars(title: &str, rows: &[(String, f64, f64, f64)]) -> String {
    const ROW: f64 = 22.0;
    const NAMES: f64 = 190.0;
    const BARS: f64 = 320.0;
    const FIGURES: f64 = 60.0;
    let height = rows.len() as f64 * ROW + 8.0;
    let width = NAMES + BARS + FIGURES;
    let mut out = format!(
        "<svg viewBox='0 0 {width} {height}' style='max-width:{width}px' role='img' \
         direction='ltr'><title>{}</title>",
        escaped(title)
    );
    for (at, (name, value, low, high)) in rows.iter().enumerate() {
        let top = at as f64 * ROW + 6.0;
        let _ = write!(
            out,
            "<text x='{:.1}' y='{:.1}' text-anchor='end'>{}</text>\
             <rect class='a' x='{NAMES}' y='{top:.1}' width='{:.1}' height='12'/>\
             <path class='whisker' d='M{:.1} {:.1}H{:.1}'/>\
             <text x='{:.1}' y='{:.1}'>{:.1}%</text>",
            NAMES - 8.0,
            top + 10.0,
            escaped(name),
            value * BARS,
            NAMES + low * BARS,
            top + 6.0,
            NAMES + high * BARS,
            NAMES + BARS + 8.0,
            top + 10.0,
            value * 100.0
        );
    }
    out.push_str("</svg>");
    out
}

fn open(title: &str) -> String {
    format!(
        "<svg viewBox='0 0 {WIDTH} {HEIGHT}' style='max-width:{WIDTH}px' role='img' \
         direction='ltr'><title>{}</title>",
        escaped(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_cannot_become_markup() {
        let rows = [("<script>alert('x')</script>".to_owned(), 0.5, 0.4, 0.6)];
        let shown = bars("t", &rows);
        assert!(!shown.contains("<script"));
        assert!(shown.contains("&lt;script&gt;"));
    }

    #[test]
    fn a_plot_stays_within_its_frame() {
        assert_eq!(x(-1.0), LEFT);
        assert_eq!(y(2.0), REST);
        let series = Series {
            name: "n".into(),
            class: "a",
            points: vec![(0.0, 0.0), (1.0, 1.0)],
            marked: true,
        };
        let shown = lines("t", "across", "up", &[series]);
        assert!(shown.starts_with("<svg") && shown.ends_with("</svg>"));
    }
}
