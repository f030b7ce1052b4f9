//! `texts/*.yaml`: what Sanad itself says.

use super::node::{Node, Value};
use super::shape::Shape;
use super::{At, Read, Table, Text, wrong_kind};
use crate::config::problem::Problems;

/// All texts of one file by their keys.
pub type Texts = Table<At<Said>>;

/// One text.
#[derive(Debug, Clone)]
pub enum Said {
    /// Wordings that mean the same.
    Wordings(Vec<Text>),
    /// Plural forms.
    Forms(Table<Text>),
}

impl Read for Said {
    const WANTED: &'static str = "a list, a text or plural forms";
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(Said::Wordings),
            Value::Map(_) => Table::read(node, problems).map(Said::Forms),
            Value::Scalar { .. } => Text::read(node, problems).map(|one| Said::Wordings(vec![one])),
            Value::Nothing => {
                wrong_kind(Self::WANTED, node, problems);
                None
            }
        }
    }
    fn shape() -> Shape {
        let (list, forms) = (Vec::<Text>::shape(), Table::<Text>::shape());
        Shape::Either(vec![list, forms, Shape::Text])
    }
}
