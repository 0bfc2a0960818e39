//! A terminal's text with its colours → an SVG. Its frame is dark on light pages too, as many terminals are.

use std::fmt::Write as _;

/// The place of one character, in pixels, at `FONT_SIZE`.
const CELL: (f64, f64) = (7.8, 19.0);
const FONT_SIZE: u32 = 13;
/// Around the text; above it is the frame's title bar.
const MARGIN: f64 = 20.0;
const BAR: f64 = 34.0;

const STYLE: &str = "text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
     white-space:pre;fill:#e6edf3}.bold{font-weight:700}.dim{fill:#9198a1}.red{fill:#ff7b72}.green{fill:#56d364}\
     .yellow{fill:#e3b341}.blue{fill:#79c0ff}.cyan{fill:#76e3ea}.prompt{fill:#79c0ff}";

/// The classes of a character, as the standard calls the rendition (ECMA-48, SGR).
#[derive(Clone, Default, PartialEq)]
struct Rendition {
    weight: &'static str,
    colour: &'static str,
}

impl Rendition {
    fn set(&mut self, code: &str) {
        match code {
            "" | "0" => *self = Self::default(),
            "1" => self.weight = "bold",
            "2" => self.weight = "dim",
            "31" | "91" => self.colour = "red",
            "32" | "92" => self.colour = "green",
            "33" | "93" => self.colour = "yellow",
            "34" | "94" => self.colour = "blue",
            "36" | "96" => self.colour = "cyan",
            other => panic!("the picture knows no colour for SGR {other}"),
        }
    }

    fn classes(&self) -> String {
        [self.weight, self.colour].join(" ").trim().to_owned()
    }
}

type Row = Vec<(char, Rendition)>;

/// The picture of a command and of what it printed.
pub(super) fn draw(command: &str, printed: &str, columns: usize) -> String {
    let mut rows = vec![prompt(command)];
    rows.extend(rows_of(printed, columns));
    let width = f64::from(u32::try_from(columns).unwrap()) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(u32::try_from(rows.len()).unwrap()) * CELL.1 + BAR + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
         <title id=\"title\">{command}</title>\n\
         <desc id=\"desc\">A terminal: the command, and what it prints. It lists every object that the deploy \
         creates, the commit, and the app's address.</desc>\n\
         <style>{STYLE}</style>\n\
         <rect x=\".5\" y=\".5\" width=\"{}\" height=\"{}\" rx=\"9.5\" fill=\"#161b22\" stroke=\"#3d444d\"/>\n",
        width - 1.0,
        height - 1.0
    );
    for (place, colour) in [(22, "#ff7b72"), (42, "#e3b341"), (62, "#56d364")] {
        let _ = writeln!(svg, "<circle cx=\"{place}\" cy=\"18\" r=\"6\" fill=\"{colour}\"/>");
    }
    let _ = writeln!(svg, "<g font-size=\"{FONT_SIZE}\">");
    for (number, row) in rows.iter().enumerate() {
        let baseline = BAR + f64::from(u32::try_from(number).unwrap()) * CELL.1 + 15.0;
        line(&mut svg, row, baseline);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn prompt(command: &str) -> Row {
    let sign = Rendition { weight: "bold", colour: "prompt" };
    let typed = Rendition { weight: "bold", colour: "" };
    let sign = "$ ".chars().map(|c| (c, sign.clone()));
    sign.chain(command.chars().map(|c| (c, typed.clone()))).collect()
}

/// Rows as a terminal of that many columns shows them.
fn rows_of(printed: &str, columns: usize) -> Vec<Row> {
    let mut now = Rendition::default();
    let mut rows = Vec::new();
    for text in printed.lines() {
        let mut row = Row::new();
        let mut parts = text.split("\u{1b}[");
        row.extend(parts.next().unwrap_or_default().chars().map(|c| (c, now.clone())));
        for part in parts {
            let (codes, text) = part.split_once('m').expect("only colours are printed");
            codes.split(';').for_each(|code| now.set(code));
            row.extend(text.chars().map(|c| (c, now.clone())));
        }
        if row.is_empty() {
            rows.push(row);
        } else {
            rows.extend(row.chunks(columns).map(<[_]>::to_vec));
        }
    }
    rows
}

/// One `<text>` for each stretch of one rendition, held to its columns whatever font there is.
fn line(svg: &mut String, row: &Row, baseline: f64) {
    let mut column = 0_u32;
    for run in row.chunk_by(|(_, one), (_, other)| one == other) {
        let text: String = run.iter().map(|(c, _)| c).collect();
        let (begin, shown) = (text.len() - text.trim_start().len(), text.trim());
        let length = u32::try_from(shown.chars().count()).unwrap();
        let x = MARGIN + f64::from(column + u32::try_from(begin).unwrap()) * CELL.0;
        column += u32::try_from(run.len()).unwrap();
        if length == 0 {
            continue;
        }
        let classes = run[0].1.classes();
        let class = if classes.is_empty() { String::new() } else { format!(" class=\"{classes}\"") };
        let shown = shown.replace('&', "&amp;").replace('<', "&lt;");
        let held = f64::from(length) * CELL.0;
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{baseline}\" textLength=\"{held:.1}\" lengthAdjust=\"spacingAndGlyphs\"{class}>\
             {shown}</text>"
        );
    }
}
