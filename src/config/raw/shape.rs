//! What may stand in a file, as a value: made of the same declarations that read it, so that what
//! is said of a file is what is read.

/// What may stand in one place.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A text; durations, dates and names are texts too.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// Several of one shape.
    List(Box<Shape>),
    /// Free names, and under each the same shape.
    Table(Box<Shape>),
    /// One of these.
    Either(Vec<Shape>),
    /// A closed list of keys.
    Map(Vec<Field>),
}

/// One key of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for.
    pub doc: &'static str,
    /// What stands under it.
    pub shape: Shape,
}

impl Shape {
    /// The paths of all keys that may stand in it: `queues[].hours.zone`, `skills.*`.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        self.add_keys("", &mut keys);
        keys
    }

    /// The same where nothing must be there.
    pub fn partial(self) -> Shape {
        match self {
            Shape::List(of) => Shape::List(Box::new(of.partial())),
            Shape::Table(of) => Shape::Table(Box::new(of.partial())),
            Shape::Either(shapes) => {
                Shape::Either(shapes.into_iter().map(Shape::partial).collect())
            }
            Shape::Map(fields) => Shape::Map(
                fields
                    .into_iter()
                    .map(|field| Field { required: false, shape: field.shape.partial(), ..field })
                    .collect(),
            ),
            Shape::Text | Shape::Flag | Shape::Whole | Shape::Number => self,
        }
    }

    fn add_keys(&self, path: &str, out: &mut Vec<String>) {
        match self {
            Shape::Text | Shape::Flag | Shape::Whole | Shape::Number => {}
            // What may also be written short has no keys of its own.
            Shape::Either(_) => {}
            Shape::List(of) => of.add_keys(&format!("{path}[]"), out),
            Shape::Table(of) => of.add_keys(&format!("{path}.*"), out),
            Shape::Map(fields) => {
                let dot = if path.is_empty() { "" } else { "." };
                for field in fields {
                    let here = format!("{path}{dot}{}", field.name);
                    out.push(here.clone());
                    field.shape.add_keys(&here, out);
                }
            }
        }
    }
}
