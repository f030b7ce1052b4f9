//! Any text as a file of the config folder: checking it never panics, and what is wrong with it can be
//! shown with its lines, in both languages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sanad::config::check;
use sanad::config::problem::{Look, Problems, render, render_json};
use sanad::config::source::Sources;
use sanad::domain::language::Language;

/// The files that ops write; the first byte of the input picks one.
const FILES: [&str; 6] = [
    "service.yaml",
    "routing.yaml",
    "bot.yaml",
    "faq/orders.yaml",
    "detectors/frustration.yaml",
    "conversations/story.yaml",
];

fuzz_target!(|input: (u8, &str)| {
    let (picked, text) = input;
    let file = FILES[usize::from(picked) % FILES.len()];
    let sources = Sources::from_texts([(file, text)]);
    let problems = check(&sources, Problems::new()).problems;
    for (language, colour) in [(Language::En, false), (Language::Ar, true)] {
        render(&problems, &sources, Look { language, colour });
    }
    render_json(&problems);
});
