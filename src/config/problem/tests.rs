//! Problems as people see them, and the list of codes beside its page of remedies.

use super::*;
use crate::config::check;
use crate::config::fixture::sources;

fn problems_of(edits: &[(&str, &str, &str)]) -> (crate::config::source::Sources, Vec<Problem>) {
    let sources = sources(edits);
    let problems = check(&sources, Problems::new()).problems;
    (sources, problems)
}

#[test]
fn every_code_is_named_once_in_order_and_has_a_page_in_both_languages() {
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted, "each number once, in order");
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/PROBLEMS.md");
    let page = std::fs::read_to_string(page).unwrap();
    let sections: Vec<&str> = page.split("\n## ").skip(1).collect();
    let documented: Vec<&str> = sections.iter().map(|section| &section[..6]).collect();
    assert_eq!(documented, names);
    for section in sections {
        assert!(section.chars().any(|c| matches!(c, '\u{0621}'..='\u{064A}')), "Arabic: {section}");
    }
}

#[test]
fn a_problem_is_shown_under_its_line_with_what_to_write() {
    let (sources, problems) =
        problems_of(&[("faq/a.yaml", "quick_replies: [returns]", "quick_replies: [return]")]);
    let look = Look { language: Language::En, colour: false };
    assert_eq!(
        render(&problems, &sources, look),
        "error[CFG202]: there is no entry `return`\n\
        \x20 --> faq/a.yaml:16:21\n\
        \x20  |\n\
        16 |     quick_replies: [return]\n\
        \x20  |                     ^^^^^^\n\
        \x20  |\n\
        write: Did you mean `returns`? Write the id of an entry of `faq/*.yaml`.\n\n\
        1 error(s), 0 warning(s)\n"
    );
}

#[test]
fn in_a_line_of_arabic_the_spot_is_named_by_its_words_too() {
    let (sources, problems) =
        problems_of(&[("faq/a.yaml", "\"كيف الارجاع\"", "\"متى يوصل الطلب\"")]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.place.column, problem.place.length), (31, 16), "counted in characters");
    let look = Look { language: Language::Ar, colour: false };
    let text = render(&problems, &sources, look);
    assert!(text.starts_with("خطأ[CFG206]: المثال `متى يوصل الطلب` في `returns`"), "{text}");
    assert!(text.contains("«\"متى يوصل الطلب\"»"), "{text}");
    assert!(text.contains("faq/a.yaml:24:31"), "{text}");
    assert!(text.contains("الآخر هنا") && text.contains("اكتب: أبقه"), "{text}");
}

#[test]
fn a_program_gets_places_facts_and_words_of_both_languages() {
    let (_, problems) = problems_of(&[("bot.yaml", "hold: 10m", "hold: ten")]);
    let json = render_json(&problems);
    let problem = &json[0];
    assert_eq!(problem["code"], "CFG105");
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["file"], "bot.yaml");
    assert_eq!((&problem["line"], &problem["column"]), (&9.into(), &9.into()));
    assert_eq!(problem["facts"]["value"], "ten");
    assert_eq!(problem["what"]["en"], "`ten` is not a duration");
    assert_eq!(problem["what"]["ar"], "`ten` ليست مدة");
}

#[test]
fn kinds_of_values_are_named_in_the_language_of_the_reader() {
    let (_, problems) = problems_of(&[("bot.yaml", "hold: 10m", "hold: [x]")]);
    assert_eq!(problems[0].what(Language::En), "here a text is wanted, but a list stands");
    assert_eq!(problems[0].what(Language::Ar), "المطلوب هنا نص، والموجود قائمة");
}

#[test]
fn a_problem_of_a_file_that_is_not_there_is_shown_without_a_line() {
    let (sources, problems) = problems_of(&[("bot.yaml", "", "")]);
    let text = render(&problems, &sources, Look { language: Language::En, colour: false });
    assert!(text.contains("error[CFG002]: the file `bot.yaml` is missing"), "{text}");
    assert!(text.contains("bot.yaml"), "{text}");
}
