//! `sanad schema`: JSON Schemas of the config files, for editors.

use crate::config::schema;
use anyhow::Context;
use clap::Args;
use serde_json::{Map, Value};
use std::fs;
use std::path::PathBuf;

/// Writes JSON Schemas of the config files, so that an editor completes and explains their keys.
#[derive(Debug, Args)]
pub struct Schema {
    /// Which kind of file to print: bot, conversation, faq, routing, service, texts, or the name of a
    /// detector such as emergency; all of them in one object by name if it is left out.
    pub name: Option<String>,
    /// Writes one file a kind into this folder instead, and prints the setting that tells an editor
    /// which is for which.
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    pub out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Schema) -> anyhow::Result<()> {
    let schemas = schema::all();
    let shown = match (&options.name, &options.out) {
        (Some(name), _) => {
            let names: Vec<&str> = schemas.iter().map(|schema| schema.name).collect();
            let found = schemas.iter().find(|schema| schema.name == name);
            let known = || format!("there is no schema `{name}`; there are {}", names.join(", "));
            found.with_context(known)?.json.clone()
        }
        (None, None) => schemas.iter().map(|it| (it.name.to_owned(), it.json.clone())).collect(),
        (None, Some(out)) => {
            fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
            let mut setting = Map::new();
            for schema in &schemas {
                let path = out.join(format!("{}.schema.json", schema.name));
                let text = format!("{:#}\n", schema.json);
                fs::write(&path, text)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
                let files = format!("config/{}", schema.files);
                setting.insert(path.display().to_string(), Value::from(files));
            }
            eprintln!("Written. For an editor with a YAML language server, into its settings:");
            Value::from(Map::from_iter([("yaml.schemas".to_owned(), Value::from(setting))]))
        }
    };
    println!("{shown:#}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_schemas_has_one_for_each_kind() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("schemas");
        run(&Schema { name: None, out: Some(out.clone()) }).unwrap();
        let text = fs::read_to_string(out.join("routing.schema.json")).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["additionalProperties"], false);
        assert_eq!(fs::read_dir(out).unwrap().count(), schema::all().len());
    }

    #[test]
    fn a_kind_that_is_not_there_is_told_with_those_that_are() {
        let told = run(&Schema { name: Some("faqs".to_owned()), out: None }).unwrap_err();
        assert!(told.to_string().contains("faq, routing"), "{told}");
    }
}
