//! The classifier: from the words of a message to a score for each entry.

use super::coverage::Coverage;
use super::examples::Examples;
use super::features::{Feature, Features, Kind, Learning, Met, Recipe};
use super::index::{Hash, Index};
use super::learnt::{Reader, Writer};
use super::softmax::Softmax;
use super::sparse::{Rows, Sparse, Weights};
use super::vocabulary::{Alone, Vocabulary};
use crate::domain::language::Variety;
use crate::domain::language::vectors::DIRECTIONS;

mod traces;

pub(super) use self::traces::{Letters, Traces};

/// One example ready to be learnt.
pub(super) struct Lesson {
    pub(super) entry: usize,
    pub(super) variety: Variety,
    pub(super) words: Vec<String>,
}

/// A trained classifier.
#[derive(Debug, Clone)]
pub(super) struct Model {
    learning: Learning,
    features: Index,
    /// How much each feature tells, whatever the entry.
    telling: Vec<f32>,
    kinds: Vec<Kind>,
    /// In how many examples each feature occurs.
    spread: Vec<u32>,
    weights: Weights,
    /// Looked at where entries are nearly level. Few examples prove too little: there are none.
    examples: Examples,
    vocabulary: Vocabulary,
    stems: Index,
    /// How rare each known stem is, and how rare an unknown one.
    rarity: Vec<f32>,
    rarity_unknown: f32,
    /// In how many examples each stem occurs.
    stem_spread: Vec<u32>,
}

/// What the model sees in one message.
pub(super) struct Reading {
    /// The known features in the order of their numbers.
    pub(super) features: Vec<u32>,
    pub(super) values: Vec<f32>,
    /// For each of them but the directions, which come first, one place where it stands.
    pub(super) places: Vec<Feature>,
    /// What the directions are the sum of, and the word each is of.
    pub(super) pieces: Vec<(u32, u16)>,
    /// What that sum was multiplied by.
    pub(super) direction_scale: f32,
    /// How much of the message is known.
    pub(super) coverage: Coverage,
}

impl Reading {
    pub(super) fn sparse(&self) -> Sparse<'_> {
        Sparse { features: &self.features, values: &self.values }
    }

    /// How many of the features are directions.
    pub(super) fn directions(&self) -> usize {
        self.features.len() - self.places.len()
    }
}

/// From so many examples an entry the recipe for many examples is better.
const MANY: usize = 25;

/// The price on large weights: the larger the strength, the closer the examples are followed.
pub(super) const STRENGTH: f32 = 30.0;

/// Passes over the examples after which training stops at the latest. More of them follow the
/// examples closer and find no more.
const PASSES: usize = 8;

/// How rare a common word is, beside a word that no example uses.
const COMMON_RARITY: f32 = 0.1;

/// Of so many unknown words of a message it is asked what they mean: no customer's question has
/// more, and cost stays bounded.
const UNKNOWN_MAX: usize = 16;

/// Added to every feature's weight so that a feature of all entries still counts a little.
const TELLING_LEAST: f32 = 0.3;

impl Model {
    pub(super) fn train(
        lessons: &[Lesson],
        entries: usize,
        directions: bool,
    ) -> (Model, Rows, Alone, Softmax) {
        let many = lessons.len() >= MANY * entries.max(1);
        let learning = Learning { many, directions };
        let read: Vec<Features> = lessons
            .iter()
            .map(|lesson| {
                let words = lesson.words.iter().map(String::as_str);
                Features::read(words, Recipe::of(lesson.variety, learning))
            })
            .collect();
        let mut model = Model {
            learning,
            features: Index::new(),
            telling: Vec::new(),
            kinds: Vec::new(),
            spread: Vec::new(),
            weights: Weights::zero(0, 0),
            examples: Examples::default(),
            vocabulary: Vocabulary::default(),
            stems: Index::new(),
            rarity: Vec::new(),
            rarity_unknown: libm::logf(1.0 + lessons.len() as f32),
            stem_spread: Vec::new(),
        };
        let shared = model.count(lessons, &read, entries);
        let mut rows = Rows::new(shared);
        for (lesson, features) in lessons.iter().zip(&read) {
            let reading = model.reading(features, Recipe::of(lesson.variety, learning));
            let coverage = model.coverage(features, &model.numbers(features), 2);
            rows.push(lesson.entry, reading.sparse(), lesson.variety, coverage);
        }
        let (vocabulary, alone) = Vocabulary::new(entries, lessons, &read);
        model.vocabulary = vocabulary;
        drop(read);
        let mut softmax = Softmax::new(shared, entries, rows.len());
        softmax.fit(&rows, &shuffled(rows.len()), STRENGTH, PASSES);
        let features = model.features.len();
        model.weights = softmax.weights.with_alone(&rows, features, |row| softmax.share(row));
        if learning.many && learning.directions {
            let directions = |row| model.has_directions(rows.row(row).features);
            model.examples = Examples::new(entries, &rows, directions);
        }
        (model, rows, alone, softmax)
    }

    /// Counts in how many entries and examples each feature occurs, and each stem. Tells how many
    /// features several examples have; those come first.
    fn count(&mut self, lessons: &[Lesson], read: &[Features], entries: usize) -> usize {
        let (mut in_entries, mut in_rows) = (Tally::default(), Tally::default());
        let mut stems = Tally::default();
        if self.learning.directions {
            // They are the first features, and every row has them.
            for direction in 0..DIRECTIONS {
                let number = self.features.insert(direction_key(direction)) as usize;
                self.kinds.push(Kind::Direction);
                in_entries.count(number, 0);
                in_rows.count(number, 0);
                in_rows.count(number, 1);
            }
        }
        for (row, (lesson, features)) in lessons.iter().zip(read).enumerate() {
            for feature in &features.all {
                let number = self.features.insert(feature.key) as usize;
                if number == self.kinds.len() {
                    self.kinds.push(feature.kind);
                }
                in_entries.count(number, lesson.entry);
                in_rows.count(number, row);
            }
            for stem in &features.stems {
                stems.count(self.stems.insert(*stem) as usize, row);
            }
        }
        let telling = |count: &u32, of: usize, least: f32| {
            libm::logf((1.0 + of as f32) / (1.0 + *count as f32)) + least
        };
        self.telling = if self.learning.many {
            in_rows.counts.iter().map(|count| telling(count, lessons.len(), 1.0)).collect()
        } else {
            in_entries.counts.iter().map(|count| telling(count, entries, TELLING_LEAST)).collect()
        };
        self.rarity = stems.counts.iter().map(|count| telling(count, lessons.len(), 0.0)).collect();
        self.spread = in_rows.counts;
        self.stem_spread = stems.counts;
        self.shared_first()
    }

    /// Numbers the features anew, those that several examples have before the others. Tells how
    /// many these are.
    fn shared_first(&mut self) -> usize {
        let (mut order, alone): (Vec<usize>, Vec<usize>) =
            (0..self.spread.len()).partition(|number| self.spread[*number] > 1);
        let shared = order.len();
        order.extend(alone);
        let keys = self.features.keys();
        self.features = Index::numbered(order.iter().map(|number| keys[*number]));
        self.kinds = order.iter().map(|number| self.kinds[*number]).collect();
        self.telling = order.iter().map(|number| self.telling[*number]).collect();
        self.spread = order.iter().map(|number| self.spread[*number]).collect();
        shared
    }

    pub(super) fn read<'w>(
        &self,
        words: impl Iterator<Item = &'w str>,
        variety: Variety,
    ) -> Reading {
        let recipe = Recipe::of(variety, self.learning);
        self.reading(&Features::read(words, recipe), recipe)
    }

    fn reading(&self, features: &Features, mut recipe: Recipe) -> Reading {
        if features.pieces.is_empty() {
            recipe = recipe.without_directions();
        }
        let numbers = self.numbers(features);
        let mut known: Vec<Met> = (0..)
            .zip(features.all.iter().zip(&numbers))
            .filter_map(|(at, (feature, number))| Some(Met::new((*number)?, feature.word, at)))
            .collect();
        known.sort_unstable();
        let mut reading = Reading {
            features: Vec::with_capacity(known.len() + DIRECTIONS),
            values: Vec::with_capacity(known.len() + DIRECTIONS),
            places: Vec::with_capacity(known.len()),
            pieces: features.pieces.clone(),
            direction_scale: 1.0,
            coverage: self.coverage(features, &numbers, 1),
        };
        if !features.pieces.is_empty() {
            reading.features.extend(0..DIRECTIONS as u32);
            reading.values.extend(features.place());
        }
        for same in known.chunk_by(|one, other| one.number() == other.number()) {
            let (number, feature) = (same[0].number(), features.all[same[0].at()]);
            let often = if same.len() == 1 { 1.0 } else { 1.0 + libm::logf(same.len() as f32) };
            reading.features.push(number);
            let often = often * features.share(&feature);
            reading.values.push(often * self.telling[number as usize]);
            reading.places.push(feature);
        }
        let scale = self.scale(&reading.features, &mut reading.values, recipe);
        reading.direction_scale = scale[Kind::Direction as usize];
        reading
    }

    /// Gives each kind of features the length that the recipe says. Tells by what factors.
    fn scale(&self, features: &[u32], values: &mut [f32], recipe: Recipe) -> [f32; Kind::COUNT] {
        let mut squares = [0.0_f32; Kind::COUNT];
        for (feature, value) in features.iter().zip(values.iter()) {
            squares[self.kinds[*feature as usize] as usize] += value * value;
        }
        let total: f32 = recipe.weights.iter().sum();
        let scale: [f32; Kind::COUNT] = std::array::from_fn(|kind| {
            let share = recipe.weights[kind] / total;
            if squares[kind] > 0.0 { libm::sqrtf(share / squares[kind]) } else { 0.0 }
        });
        for (feature, value) in features.iter().zip(values) {
            *value *= scale[self.kinds[*feature as usize] as usize];
        }
        scale
    }

    /// An example as it would look if it were not one: without the features only it has.
    pub(super) fn as_if_new(&self, rows: &Rows, row: usize) -> (Vec<u32>, Vec<f32>) {
        let x = rows.row(row);
        let shared = |feature: &u32| self.spread[*feature as usize] > 1;
        let (features, mut values): (Vec<u32>, Vec<f32>) = x
            .features
            .iter()
            .zip(x.values)
            .filter(|(feature, _)| shared(feature))
            .map(|(feature, value)| (*feature, *value))
            .unzip();
        let mut recipe = Recipe::of(rows.variety(row), self.learning);
        if !self.has_directions(&features) {
            recipe = recipe.without_directions();
        }
        self.scale(&features, &mut values, recipe);
        (features, values)
    }

    /// Whether these features begin with the directions.
    fn has_directions(&self, features: &[u32]) -> bool {
        features.first().is_some_and(|first| self.kinds[*first as usize] == Kind::Direction)
    }

    /// The words of a message: known are those that at least so many examples have. Of the others,
    /// the runs they share with examples tell whether they may be misspelt.
    fn coverage(&self, features: &Features, numbers: &[Option<u32>], spread: u32) -> Coverage {
        let resemblance = self.resemblance(features, numbers, spread);
        let mut coverage = Coverage::default();
        let mut asked = 0;
        for (at, stem) in features.stems.iter().enumerate() {
            let number = self.stems.get(*stem).map(|number| number as usize);
            let is_telling = !features.common[at];
            let rarity = match number {
                _ if !is_telling => self.rarity_unknown * COMMON_RARITY,
                Some(number) => self.rarity[number],
                None => self.rarity_unknown,
            };
            if number.is_some_and(|number| self.stem_spread[number] >= spread) {
                coverage.add_known(rarity, is_telling);
                continue;
            }
            let alike = resemblance[at] * resemblance[at] * resemblance[at];
            let pointing = if asked < UNKNOWN_MAX { features.pointing(at as u16) } else { None };
            asked += usize::from(pointing.is_some());
            coverage.add_unknown(at as u16, rarity, is_telling, alike, pointing);
        }
        coverage
    }

    /// The number of each feature, if it is known.
    fn numbers(&self, features: &Features) -> Vec<Option<u32>> {
        features.all.iter().map(|feature| self.features.get(feature.key)).collect()
    }

    /// For each word, the share of its long runs that at least so many examples have.
    fn resemblance(&self, features: &Features, numbers: &[Option<u32>], spread: u32) -> Vec<f32> {
        let mut counts = vec![(0.0_f32, 0.0_f32); features.stems.len()];
        for (feature, number) in features.all.iter().zip(numbers).filter(|(one, _)| one.long) {
            let count = &mut counts[feature.word as usize];
            count.1 += 1.0;
            if number.is_some_and(|number| self.spread[number as usize] >= spread) {
                count.0 += 1.0;
            }
        }
        counts.into_iter().map(|(known, all)| if all > 0.0 { known / all } else { 0.0 }).collect()
    }

    pub(super) fn weights(&self) -> &Weights {
        &self.weights
    }

    pub(super) fn examples(&self) -> &Examples {
        &self.examples
    }

    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u64(u64::from(self.learning.many));
        out.u64(u64::from(self.learning.directions));
        out.index(&self.features);
        out.f32s(&self.telling);
        out.kinds(&self.kinds);
        out.u32s(&self.spread);
        self.weights.write(out);
        self.examples.write(out);
        self.vocabulary.write(out);
        out.index(&self.stems);
        out.f32s(&self.rarity);
        out.f32(self.rarity_unknown);
        out.u32s(&self.stem_spread);
    }

    /// What was written, if its parts fit together.
    pub(super) fn read_from(from: &mut Reader<'_>, entries: usize) -> Option<Model> {
        let learning = Learning { many: from.u64()? == 1, directions: from.u64()? == 1 };
        let features = from.index()?;
        let (telling, kinds, spread) = (from.f32s()?, from.kinds()?, from.u32s()?);
        let weights = Weights::read_from(from, entries, features.len())?;
        let examples = Examples::read_from(from, entries)?;
        let vocabulary = Vocabulary::read_from(from, entries)?;
        let stems = from.index()?;
        let (rarity, rarity_unknown, stem_spread) = (from.f32s()?, from.f32()?, from.u32s()?);
        let has_directions = !learning.directions
            || (features.len() >= DIRECTIONS && features.get(direction_key(0)) == Some(0));
        let fits = has_directions
            && [telling.len(), kinds.len(), spread.len()].iter().all(|n| *n == features.len())
            && [rarity.len(), stem_spread.len()].iter().all(|n| *n == stems.len());
        fits.then_some(Model {
            learning,
            features,
            telling,
            kinds,
            spread,
            weights,
            examples,
            vocabulary,
            stems,
            rarity,
            rarity_unknown,
            stem_spread,
        })
    }
}

/// Whether a message is read by the recipe for Arabic letters.
pub(super) fn is_arabic(variety: Variety) -> bool {
    match variety {
        Variety::Arabic | Variety::Mixed => true,
        Variety::English | Variety::Arabizi | Variety::Unknown => false,
    }
}

/// The key of a direction among the features.
fn direction_key(direction: usize) -> u64 {
    Hash::of_kind(Kind::Direction as u8).number(direction as u64).finish()
}

/// Counts in how many owners each feature occurs. Owners come in order.
#[derive(Default)]
struct Tally {
    last: Vec<usize>,
    counts: Vec<u32>,
}

impl Tally {
    fn count(&mut self, number: usize, owner: usize) {
        if number >= self.counts.len() {
            self.counts.resize(number + 1, 0);
            self.last.resize(number + 1, usize::MAX);
        }
        if self.last[number] != owner {
            self.last[number] = owner;
            self.counts[number] += 1;
        }
    }
}

/// The numbers below `count` in an order that mixes the entries and is always the same: learners
/// that go example by example are misled by examples sorted by entry.
pub(super) fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x5ade_5ade_5ade_5ade_u64;
    for at in (1..count).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = ((state >> 33) as usize) % (at + 1);
        order.swap(at, pick);
    }
    order
}
