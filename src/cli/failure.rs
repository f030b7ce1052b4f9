//! Why a command ended without doing what it was asked for, in the language of whoever asked.

use super::connect::{Failure, reason_of};
use super::refused::why;
use super::terminal::Look;
use crate::domain::language::Language;

/// A failure that is read in this language.
#[derive(Debug, thiserror::Error)]
#[error("{}", in_words(*language, failure))]
pub struct Told {
    /// The reader's.
    language: Language,
    /// What it is.
    pub failure: Failure,
}

/// The same error for a reader of this language. What is no failure of a call stays as it is.
pub fn told(error: impl Into<anyhow::Error>, language: Language) -> anyhow::Error {
    match error.into().downcast::<Failure>() {
        Ok(failure) => Told { language, failure }.into(),
        Err(other) => other,
    }
}

/// The failure an error is, whoever reads it.
pub fn of(error: &anyhow::Error) -> Option<&Failure> {
    let told = error.downcast_ref::<Told>().map(|told| &told.failure);
    told.or_else(|| error.downcast_ref())
}

fn in_words(language: Language, failure: &Failure) -> String {
    match language {
        Language::En => failure.to_string(),
        Language::Ar => in_arabic(failure),
    }
}

fn in_arabic(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable { server } => format!(
            "لا يجيب سند عند {server}: شغّله بالأمر `sanad serve` أو اذكر خادمًا آخر بـ --server URL"
        ),
        Failure::BadServer { server, why } => format!("{server:?} ليس عنوان خادم: {why}"),
        Failure::NoKey { path, why, others } => format!(
            "تعذّرت قراءة المفتاح {}: {why}{}؛ يصنع `sanad serve` عند بدئه مفاتيح من تسمّيهم إعداداته، ويصنع \
             `sanad key mint` غيرها؛ اذكر مجلد بيانات الخادم بـ --data DIR أو المفتاح بـ --key FILE",
            path.display(),
            match others.is_empty() {
                true => String::new(),
                false => format!("؛ وهناك مفاتيح لـ {}", others.join("، ")),
            }
        ),
        Failure::Refused { what: _, why: status } => {
            let why = why(Language::Ar, Look::PLAIN, status);
            format!("رفض الخادم ذلك: {why} ({})", reason_of(status))
        }
        Failure::Away { server, waited } => format!(
            "لم يستطع سند عند {server} الخدمة خلال هذه الثواني: {}، ولم يُحفظ شيء؛ حاول لاحقًا أو انتظر أكثر بـ \
             --patience SECONDS",
            waited.as_secs()
        ),
        Failure::NoReply { waited } => format!(
            "لم يصل رد خلال هذه الثواني: {}، وقد يصل بعد؛ انظر ثانيةً بـ --resume FILE",
            waited.as_secs()
        ),
        Failure::NotSaved { count } => {
            format!("رسائل لم يمكن حفظها: {count}، فالخادم منقطع عن مخزنه؛ أرسلها ثانيةً لاحقًا")
        }
        Failure::NotDone { count } => {
            format!("لم يتم كل شيء؛ وما رُفض مذكور أعلاه، وعدده: {count}")
        }
        Failure::NoWork { waited } => {
            format!("لم يصل عمل خلال هذه الثواني: {}", waited.as_secs())
        }
        Failure::Superseded { agent } => {
            format!("سجّل {agent} الدخول من مكان آخر؛ انتهى هذا المكتب")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grpc::status::Refusal;
    use std::time::Duration;
    use tonic::Status;

    /// One of each. A new one does not compile in `in_arabic` before it has words.
    fn failures() -> Vec<Failure> {
        let waited = Duration::from_secs(61);
        let (server, why) = ("http://desk.example".to_owned(), "reason77".to_owned());
        let refusal = Refusal::NotFound { what: "agent" };
        vec![
            Failure::Unreachable { server: server.clone() },
            Failure::BadServer { server: server.clone(), why: why.clone() },
            Failure::NoKey { path: "/k/agent_x9.key".into(), why, others: vec!["lina".to_owned()] },
            Failure::Refused { what: "it", why: Box::new(Status::from(refusal)) },
            Failure::Away { server, waited },
            Failure::NoReply { waited },
            Failure::NotSaved { count: 62 },
            Failure::NotDone { count: 63 },
            Failure::NoWork { waited },
            Failure::Superseded { agent: "sara".to_owned() },
        ]
    }

    #[test]
    fn both_languages_tell_the_same_facts_and_end_with_the_same_code() {
        for failure in failures() {
            let code = failure.exit_code();
            let [en, ar] = [Language::En, Language::Ar].map(|l| in_words(l, &failure));
            for fact in [
                "http://desk.example",
                "reason77",
                "/k/agent_x9.key",
                "NOT_FOUND",
                "61",
                "62",
                "63",
                "sara",
                "lina",
            ] {
                assert_eq!(en.contains(fact), ar.contains(fact), "{fact}: {en} | {ar}");
            }
            assert!(ar.chars().any(|c| ('\u{0600}'..='\u{06FF}').contains(&c)), "{ar}");
            let error = told(failure, Language::Ar);
            assert_eq!(error.to_string(), ar);
            assert_eq!(of(&error).map(Failure::exit_code), Some(code), "{ar}");
        }
        assert_eq!(told(anyhow::anyhow!("else"), Language::Ar).to_string(), "else");
    }
}
