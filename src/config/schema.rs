//! JSON Schemas of the config files, so that an editor completes keys, explains them and marks
//! mistakes while they are typed. Made of the declarations that read the files. What needs more
//! than the shape of a file (names that must exist, ranges, two languages alike) is told by
//! `sanad check`.

use super::raw::detectors::{
    Described, RawAbuse, RawConfusion, RawDetector, RawEmergency, RawFrustration, RawHumanRequest,
    RawRepetition,
};
use super::raw::shape::{Field, Shape};
use super::raw::{Read, bot, conversation, faq, routing, service, texts};
use super::source::{BOT, CONVERSATIONS, DETECTORS, FAQ, ROUTING, SERVICE, TEXTS};
use crate::domain::detectors::SignalKind;
use serde_json::{Map, Value, json};

/// The schema of one kind of file.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Its name: `routing`.
    pub name: &'static str,
    /// The files it is for, as a pattern below the config folder: `faq/*.yaml`.
    pub files: String,
    /// The schema.
    pub json: Value,
}

/// The schemas of all kinds of files.
pub fn all() -> Vec<Schema> {
    let of = |name, files: &str, shape: Shape| Schema {
        name,
        files: if files.ends_with('/') { format!("{files}*.yaml") } else { files.to_owned() },
        json: whole(name, &shape),
    };
    let mut all = vec![
        of("bot", BOT, bot::Bot::shape()),
        of("conversation", CONVERSATIONS, conversation::Conversation::shape()),
        of("faq", FAQ, faq::Faq::shape()),
        of("routing", ROUTING, routing::Routing::shape()),
        of("service", SERVICE, service::Service::shape()),
        of("texts", TEXTS, texts::Texts::shape()),
    ];
    let detector = |kind: SignalKind| {
        of(kind.name(), &format!("{DETECTORS}{}.yaml", kind.name()), of_detector(kind))
    };
    all.extend(SignalKind::ALL.map(detector));
    all
}

fn of_detector(kind: SignalKind) -> Shape {
    match kind {
        SignalKind::HumanRequest => RawDetector::<RawHumanRequest>::shape(),
        SignalKind::Frustration => RawDetector::<RawFrustration>::shape(),
        SignalKind::Confusion => RawDetector::<RawConfusion>::shape(),
        SignalKind::Repetition => RawDetector::<RawRepetition>::shape(),
        SignalKind::Emergency => RawDetector::<RawEmergency>::shape(),
        SignalKind::Abuse => RawDetector::<RawAbuse>::shape(),
    }
}

fn whole(name: &str, shape: &Shape) -> Value {
    let mut schema = schema_of(shape);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(format!("Sanad: {name}"));
    schema
}

fn schema_of(shape: &Shape) -> Value {
    match shape {
        // YAML reads `2026-11-22` as a date and `5` as a number where we want a text.
        Shape::Text => json!({ "type": ["string", "number"] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole => json!({ "type": "integer" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::List(of) => json!({ "type": "array", "items": schema_of(of) }),
        Shape::Table(of) => json!({ "type": "object", "additionalProperties": schema_of(of) }),
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(schema_of).collect::<Vec<_>>() })
        }
        Shape::Map(fields) => map(fields),
    }
}

fn map(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = schema_of(&field.shape);
            schema["description"] = json!(field.doc);
            // A key without a value is the same as none.
            let schema = if field.required {
                schema
            } else {
                json!({ "description": field.doc, "anyOf": [schema, { "type": "null" }] })
            };
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::problem::Problems;
    use crate::config::raw::node::{self, Node};
    use crate::config::source::Sources;
    use std::path::Path;

    /// What a schema has against a node; a small reader of the part of JSON Schema used here.
    fn against(schema: &Value, node: &Node, at: &str, found: &mut Vec<String>) {
        if let Some(choices) = schema["anyOf"].as_array() {
            let fits = choices.iter().any(|choice| {
                let mut found = Vec::new();
                against(choice, node, at, &mut found);
                found.is_empty()
            });
            if !fits {
                found.push(format!("{at}: fits none of {}", choices.len()));
            }
            return;
        }
        let is = |kind: &str| {
            let types = &schema["type"];
            types == kind || types.as_array().is_some_and(|types| types.iter().any(|t| t == kind))
        };
        match &node.value {
            node::Value::Nothing if !is("null") => found.push(format!("{at}: is empty")),
            node::Value::Nothing => {}
            node::Value::Scalar { text, .. } => {
                let number = text.replace('_', "").parse::<f64>().is_ok();
                let flag = text == "true" || text == "false";
                let fits = is("string")
                    || (number && (is("integer") || is("number")))
                    || (flag && is("boolean"));
                if !fits {
                    found.push(format!("{at}: `{text}` is no {}", schema["type"]));
                }
            }
            node::Value::List(items) => {
                if !is("array") {
                    found.push(format!("{at}: is a list"));
                }
                items.iter().for_each(|item| {
                    against(&schema["items"], item, &format!("{at}[]"), found);
                });
            }
            node::Value::Map(pairs) => {
                if !is("object") {
                    found.push(format!("{at}: is a map"));
                }
                for (key, value) in pairs {
                    let known = schema["properties"].get(&key.text);
                    match known.unwrap_or(&schema["additionalProperties"]) {
                        Value::Null | Value::Bool(false) => {
                            found.push(format!("{at}: `{}` is unknown", key.text));
                        }
                        schema => against(schema, value, &format!("{at}.{}", key.text), found),
                    }
                }
                for required in schema["required"].as_array().into_iter().flatten() {
                    if !pairs.iter().any(|(key, _)| required == key.text.as_str()) {
                        found.push(format!("{at}: {required} is missing"));
                    }
                }
            }
        }
    }

    fn found(name: &str, text: &str) -> Vec<String> {
        let all = all();
        let schema = all.iter().find(|schema| schema.name == name).unwrap();
        let node = node::parse("file.yaml", text, &mut Problems::new()).unwrap();
        let mut found = Vec::new();
        against(&schema.json, &node, name, &mut found);
        found
    }

    #[test]
    fn every_shipped_file_fits_its_schema() {
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let sources = Sources::read(&config, &mut Problems::new());
        for schema in all() {
            let under = schema.files.trim_end_matches("*.yaml");
            let mut files = 0;
            for (path, text) in sources.under(under) {
                files += 1;
                assert_eq!(found(schema.name, text), Vec::<String>::new(), "{path}");
            }
            assert!(files > 0, "{}", schema.files);
        }
    }

    #[test]
    fn what_check_would_refuse_for_its_shape_does_not_fit() {
        for (name, text, what) in [
            ("service", "lisen: 127.0.0.1:1\n", "unknown"),
            ("service", "limits: { waiting_max: many }\n", "fits none"),
            ("faq", "entries:\n  - answers: { ar: [ا], en: [a] }\n", "missing"),
            ("routing", "queues: care\n", "is no"),
            ("abuse", "rules:\n  - id: insult\n    strengh: 0.7\n", "unknown"),
            ("emergency", "negation_reach: 1\n", "missing"),
        ] {
            let found = found(name, text);
            assert!(found.iter().any(|found| found.contains(what)), "{text}: {found:?}");
        }
    }

    #[test]
    fn every_key_is_explained() {
        fn look(schema: &Value, at: &str) {
            if !schema.is_object() {
                return;
            }
            for (key, value) in schema["properties"].as_object().into_iter().flatten() {
                let said = value["description"].as_str().unwrap_or_default();
                assert!(said.ends_with('.') && !said.starts_with(' '), "{at}.{key}: {said:?}");
                look(value, &format!("{at}.{key}"));
                value["anyOf"].as_array().into_iter().flatten().for_each(|one| look(one, at));
            }
            look(&schema["items"], at);
            look(&schema["additionalProperties"], at);
        }
        all().iter().for_each(|schema| look(&schema.json, schema.name));
    }
}
