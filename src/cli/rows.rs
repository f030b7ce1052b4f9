//! Labelled messages as files hold them: JSON lines, or CSV with a head. Every line that cannot be
//! read is told with its number.

use super::fault::Fault;
use serde_json::{Map, Value};
use std::path::Path;

/// One row of a file.
#[derive(Debug, Clone)]
pub struct Row {
    /// The line it stands on, from 1.
    pub line: usize,
    /// Its fields by name.
    pub fields: Map<String, Value>,
}

impl Row {
    /// A field that holds a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// The message; every labelled file has one in each row.
    pub fn message(&self) -> Result<&str, Fault> {
        self.text("text").ok_or_else(|| self.lacks("text"))
    }

    /// That a field is not there.
    pub fn lacks(&self, name: &str) -> Fault {
        let (en, ar) = (format!("there is no `{name}`"), format!("لا يوجد `{name}`"));
        Fault::new(en, ar).on_line(self.line)
    }
}

/// The labels that say "none of the entries", in the sets that people use.
const FOREIGN: [&str; 7] =
    ["oos", "out_of_scope", "ood", "none", "no_intent", "NO_NODES_DETECTED", ""];

/// Whether a label says that none of the entries is meant.
pub fn is_foreign(label: &str) -> bool {
    FOREIGN.iter().any(|foreign| foreign.eq_ignore_ascii_case(label.trim()))
}

/// Reads a file: CSV by its name, whose head must name these columns, else JSON lines.
pub fn read(file: &Path, columns: &[&str]) -> Result<Vec<Row>, Fault> {
    let at = |fault: Fault| fault.in_file(file);
    let bytes = std::fs::read(file)
        .map_err(|error| Fault::of_system(file, ("it cannot be read", "تعذّرت قراءته"), &error))?;
    let text = utf8(&bytes).map_err(at)?;
    let is_csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let rows = if is_csv { csv(text, columns) } else { json_lines(text) }.map_err(at)?;
    if rows.is_empty() {
        return Err(at(Fault::new("there is no row in it", "لا صف فيه")));
    }
    Ok(rows)
}

/// A file's text without the mark that some programs set before it.
fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        let en = "it is not UTF-8; save the file as UTF-8 (in Excel: CSV UTF-8)";
        Fault::new(en, "ليس UTF-8؛ احفظ الملف بترميز UTF-8 (في Excel: CSV UTF-8)").on_line(line)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn json_lines(text: &str) -> Result<Vec<Row>, Fault> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| match serde_json::from_str(line) {
            Ok(Value::Object(fields)) => Ok(Row { line: at + 1, fields }),
            Ok(_) => Err(Fault::new("it is not a JSON object", "ليس كائن JSON").on_line(at + 1)),
            Err(error) => Err(not_json(&error).on_line(at + 1)),
        })
        .collect()
}

/// That a line is not JSON, with what the reader of JSON says.
pub fn not_json(error: &serde_json::Error) -> Fault {
    Fault::new(format!("it is not JSON: {error}"), format!("ليس JSON: {error}"))
}

/// Fields may be quoted, quotes in them doubled, and quoted fields may hold line breaks.
fn csv(text: &str, columns: &[&str]) -> Result<Vec<Row>, Fault> {
    let written = text.lines().next().unwrap_or_default();
    // Where a comma stands in numbers, spreadsheets part fields by semicolons.
    let parting = if written.contains(';') && !written.contains(',') { ';' } else { ',' };
    let mut records = records(text, parting)?.into_iter();
    let (_, head) = records.next().ok_or_else(|| Fault::new("there is no head", "لا رأس فيه"))?;
    let head: Vec<String> = head.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    if !columns.iter().all(|column| head.iter().any(|name| name == column)) {
        let shown: String = written.chars().take(HEAD_SHOWN_MAX).collect();
        let wanted = columns.join(",");
        let en = format!("the head is `{shown}`; write `{wanted}` for these columns");
        let ar = format!("الرأس هو `{shown}`؛ اكتب `{wanted}` لهذه الأعمدة");
        return Err(Fault::new(en, ar).on_line(1));
    }
    records
        .filter(|(_, fields)| fields.iter().any(|field| !field.trim().is_empty()))
        .map(|(line, fields)| {
            if fields.len() != head.len() {
                let (found, expected) = (fields.len(), head.len());
                let en = format!("{found} fields where the head has {expected}");
                let ar = format!("عدد الحقول {found} وفي الرأس {expected}");
                return Err(Fault::new(en, ar).on_line(line));
            }
            let fields = head.iter().cloned().zip(fields.into_iter().map(Value::String));
            Ok(Row { line, fields: fields.collect() })
        })
        .collect()
}

/// So much of a head is shown.
const HEAD_SHOWN_MAX: usize = 80;

fn records(text: &str, parting: char) -> Result<Vec<(usize, Vec<String>)>, Fault> {
    let (mut records, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted) = (1, 1, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            c if quoted => field.push(c),
            '"' if field.is_empty() => quoted = true,
            c if c == parting => fields.push(std::mem::take(&mut field)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                fields.push(std::mem::take(&mut field));
                records.push((begun, std::mem::take(&mut fields)));
                begun = line;
            }
            c => field.push(c),
        }
    }
    if quoted {
        let en = "a quote is opened and never closed";
        return Err(Fault::new(en, "علامة اقتباس فُتحت ولم تُغلق").on_line(begun));
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((begun, fields));
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &[Row]) -> Vec<(usize, &str)> {
        rows.iter().map(|row| (row.line, row.message().unwrap())).collect()
    }

    fn read_csv(text: &str) -> Result<Vec<Row>, String> {
        Ok(csv(text, &["text", "intent"])?)
    }

    #[test]
    fn fields_may_be_parted_by_semicolons() {
        let rows = read_csv("text;intent\r\n\"a; b, c\";x\r\nd, e;y\r\n").unwrap();
        assert_eq!(texts(&rows), [(2, "a; b, c"), (3, "d, e")]);
        assert_eq!(rows[1].text("intent"), Some("y"));
        let rows = read_csv("text,intent,a;b\nx,y,z\n").unwrap();
        assert_eq!(texts(&rows), [(2, "x")], "a comma in the head parts it");
    }

    #[test]
    fn a_head_without_the_columns_is_told_with_what_to_write() {
        for head in ["utterance,label", "text;label", "how are you today?,greeting"] {
            let told = read_csv(&format!("{head}\nx,y\n")).unwrap_err();
            assert!(told.starts_with("line 1:") && told.contains(head), "{told}");
            assert!(told.contains("write `text,intent`"), "{told}");
        }
        assert!(csv("text,labels\nx,y\n", &["text"]).is_ok());
        assert!(read_csv(&"long ".repeat(100)).unwrap_err().len() < 200);
    }

    #[test]
    fn a_file_in_other_letters_than_utf8_is_told_with_its_line_and_the_remedy() {
        // "é" as older programs write it.
        let told = utf8(b"text,intent\na,b\ncaf\xe9,c\n").unwrap_err().to_string();
        assert!(told.starts_with("line 3:") && told.contains("save the file as UTF-8"), "{told}");
        assert_eq!(utf8("\u{feff}نص".as_bytes()), Ok("نص"));
    }

    #[test]
    fn csv_fields_may_hold_commas_quotes_and_lines() {
        let rows =
            read_csv("Text,intent\r\n\"a, \"\"b\"\"\",x\n\"two\nlines\",y\n\nlast,z").unwrap();
        assert_eq!(texts(&rows), [(2, "a, \"b\""), (3, "two\nlines"), (6, "last")]);
        assert_eq!(rows[2].text("intent"), Some("z"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        assert!(read_csv("text,intent\na\n").unwrap_err().starts_with("line 2:"));
        assert!(read_csv("text,intent\n\"a,b\n").unwrap_err().starts_with("line 2:"));
        assert!(
            String::from(json_lines("{\"text\":\"a\"}\n[1]\n").unwrap_err()).starts_with("line 2:")
        );
        let rows = json_lines("\n{\"txt\":\"a\"}").unwrap();
        assert!(rows[0].message().unwrap_err().to_string().starts_with("line 2:"));
    }

    #[test]
    fn labels_of_foreign_messages_are_known_in_any_case() {
        for label in ["oos", "OOS", "no_nodes_detected", " "] {
            assert!(is_foreign(label), "{label:?}");
        }
        assert!(!is_foreign("card_arrival"));
    }
}
