//! The terminal's own words in both languages: for reasons, states and findings that the API names
//! by a number. What the bot says comes from the server and is never made here.

use super::transcript::Reader;
use crate::domain::language::Language;
use crate::grpc::pb;

/// The word of this language.
pub fn pick<'a>(language: Language, en: &'a str, ar: &'a str) -> &'a str {
    match language {
        Language::En => en,
        Language::Ar => ar,
    }
}

/// Why a customer is not served at this moment; `None` if there is nothing to say.
pub fn delay(language: Language, reason: pb::DelayReason, reader: Reader) -> Option<&'static str> {
    use pb::DelayReason as D;
    let (en, ar) = match reason {
        D::Unspecified => return None,
        D::BeingOffered => ("an agent is being asked right now", "يُسأل أحد الموظفين الآن"),
        D::AgentsBusy => (
            "everybody who could help is busy, pausing or away",
            "كل من يستطيع المساعدة مشغول أو في استراحة أو غائب",
        ),
        D::OthersAsked => (
            "an agent is being asked about somebody else first",
            "تُعرض على أحد الموظفين الآن محادثة عميل آخر أولًا",
        ),
        D::PreferredBusy => (
            "the colleague meant for it cannot take it yet and is waited for; others are asked soon",
            "الموظف المقصود لا يستطيع تسلّمها بعد فيُنتظر قليلًا، ثم يُسأل غيره قريبًا",
        ),
        D::AnotherNeeded => (
            "those who could help have tried already; somebody else is waited for",
            "من يستطيع المساعدة تولّاها من قبل، والانتظار لموظف غيره",
        ),
        D::NoAgents => ("nobody is signed in at the moment", "لا يوجد أحد متصل الآن"),
        D::NoAgentForLanguage => match reader {
            Reader::Customer => {
                ("nobody who is there speaks your language", "لا أحد من الموجودين يتكلم لغتك")
            }
            Reader::Staff => (
                "nobody who is there speaks the customer's language",
                "لا أحد من الموجودين يتكلم لغة العميل",
            ),
        },
        D::NoAgentForSkill => {
            ("nobody who is there knows this field", "لا أحد من الموجودين مختص بهذا الموضوع")
        }
        D::OutsideHours => ("it is closed now", "المكان مغلق الآن"),
        D::EmergenciesAhead => ("emergencies go first", "الحالات الطارئة أولاً"),
        D::OffersNotTaken => {
            ("agents were asked and none has taken it yet", "سُئل الموظفون ولم يتسلّمها أحد بعد")
        }
        D::SystemDegraded => (
            "part of the system is disturbed; it keeps trying",
            "في النظام خلل جزئي والمحاولة مستمرة",
        ),
    };
    Some(pick(language, en, ar))
}

/// Why somebody stands further back than they were told before; `None` if they do not.
pub fn rise(language: Language, rise: pb::PositionRise) -> Option<&'static str> {
    use pb::PositionRise as R;
    let (en, ar) = match rise {
        R::Unspecified => return None,
        R::Rejoined => ("in line again", "العودة إلى قائمة الانتظار"),
        R::Emergencies => ("somebody in danger goes before", "تقدَّم من هو في خطر"),
        R::TeamChanged => (
            "colleagues came or left, so the places were counted again",
            "جاء موظفون أو غادروا فأُعيد حساب الأماكن",
        ),
        R::EarlierClaim => (
            "somebody goes before who waited longer, was promised it or is more urgent",
            "تقدَّم من انتظر أكثر أو له وعد أو أمره أعجل",
        ),
    };
    Some(pick(language, en, ar))
}

/// Why a conversation went to people.
pub fn handoff(language: Language, reason: pb::HandoffReason) -> &'static str {
    use pb::HandoffReason as H;
    let (en, ar) = match reason {
        H::Unspecified => ("no reason given", "بلا سبب مذكور"),
        H::HumanRequest => ("asked for a person", "طلب التحدث مع شخص"),
        H::Frustration => ("angry or let down", "غاضب أو محبط"),
        H::Confusion => ("lost", "تائه"),
        H::NotUnderstood => ("not understood by the bot", "لم يفهمه الرد الآلي"),
        H::Repetition => ("the answers did not help", "لم تنفعه الإجابات"),
        H::Abuse => ("used abusive words", "أساء بالكلام"),
        H::EmergencyLife => ("EMERGENCY: life or health", "طارئ: خطر على الحياة أو الصحة"),
        H::EmergencyMoney => ("EMERGENCY: losing money", "طارئ: خسارة مال الآن"),
        H::EmergencyProperty => ("EMERGENCY: property", "طارئ: ضرر في الممتلكات"),
        H::DeniedTwice => ("said twice that it is not solved", "نفى الحل مرتين"),
        H::HumanFirst => ("a topic for people", "موضوع للموظفين"),
        H::Reopened => ("came back", "عاد من جديد"),
        H::BotFailed => ("the bot failed", "تعطل الرد الآلي"),
    };
    pick(language, en, ar)
}

/// What a detector found.
pub fn signal(language: Language, kind: pb::SignalKind) -> &'static str {
    use pb::SignalKind as S;
    let (en, ar) = match kind {
        S::Unspecified => ("something", "شيء ما"),
        S::HumanRequest => ("wants a person", "يريد شخصًا"),
        S::Frustration => ("angry", "غاضب"),
        S::Confusion => ("lost", "تائه"),
        S::Repetition => ("repeats the question", "يكرر السؤال"),
        S::Emergency => ("in danger", "في خطر"),
        S::Abuse => ("abusive words", "كلام مسيء"),
    };
    pick(language, en, ar)
}

/// Why a conversation ended.
pub fn close(language: Language, reason: pb::CloseReason) -> &'static str {
    use pb::CloseReason as C;
    let (en, ar) = match reason {
        C::Unspecified => ("ended", "انتهت"),
        C::Timeout => ("nothing was said for long", "لم يُكتب شيء لفترة طويلة"),
        C::Left => ("the customer ended it", "أنهاها العميل"),
        C::Abandoned => ("the customer left while waiting", "غادر العميل وهو ينتظر"),
        C::Erased => ("erased", "مُحيت"),
    };
    pick(language, en, ar)
}

/// Why an agent no longer owns a conversation.
pub fn left(language: Language, reason: pb::AgentLeftReason) -> &'static str {
    use pb::AgentLeftReason as L;
    let (en, ar) = match reason {
        L::Unspecified => ("left", "غادر"),
        L::Lost => ("the line was lost", "انقطع الاتصال"),
        L::Released => ("gave it back", "أعادها"),
        L::Silent => ("did not answer for too long", "لم يُجب وقتًا طويلاً"),
        L::DeniedTwice => ("the customer denied twice", "نفى العميل الحل مرتين"),
        L::Requeued => ("a supervisor put it back", "أعادها المشرف"),
        L::Ended => ("it ended", "انتهت"),
        L::Transferred => ("passed it on", "حوّلها إلى غيره"),
        L::ToBot => ("gave it back to the machine", "أعادها إلى الآلة"),
        L::Promised => ("promised to come back to it", "وعد بالعودة إليها"),
        L::TakenOver => ("a supervisor took it over", "تسلّمها المشرف"),
        L::Blocked => ("blocked the customer", "أوقف العميل"),
    };
    pick(language, en, ar)
}

/// What happens by itself in a conversation; `None` if nothing does.
pub fn next_step(language: Language, step: pb::NextStep) -> Option<&'static str> {
    use pb::NextStep as N;
    let (en, ar) = match step {
        N::Unspecified => return None,
        N::Nudge => ("you are reminded", "تذكيرك"),
        N::TellSupervisors => ("the supervisor is told", "إبلاغ المشرف"),
        N::TakeBack => ("it is taken back", "سحبها منك"),
        N::AskCustomer => ("the customer is asked", "سؤال العميل"),
        N::EndHold => ("you are free", "انتهاء حجزك"),
        N::Remind => ("the customer is reminded", "تذكير العميل"),
        N::Close => ("it is closed", "إغلاقها"),
    };
    Some(pick(language, en, ar))
}

/// Where a suggested reply comes from.
pub fn reply_source(language: Language, source: pb::ReplySource) -> &'static str {
    use pb::ReplySource as R;
    let (en, ar) = match source {
        R::Unspecified => ("suggested", "مقترح"),
        R::Opening => ("to begin with", "للبداية"),
        R::Entry => ("from the FAQ", "من الأسئلة الشائعة"),
        R::Conversation => ("answered before", "أُجيب به من قبل"),
    };
    pick(language, en, ar)
}

/// Why an agent's desk lost a conversation.
pub fn unassigned(language: Language, reason: pb::UnassignReason) -> &'static str {
    use pb::UnassignReason as U;
    let (en, ar) = match reason {
        U::Unspecified => ("it is no longer yours", "لم تعد لك"),
        U::Ended => ("it ended", "انتهت"),
        U::Requeued => ("it went to a queue", "انتقلت إلى قائمة"),
        U::Lost => ("you were not heard of for too long", "انقطع اتصالك وقتًا طويلاً"),
        U::TakenOver => ("a supervisor took it over", "تسلّمها المشرف"),
    };
    pick(language, en, ar)
}

/// How an offer ended without being accepted.
pub fn offer_end(language: Language, end: pb::OfferEnd) -> &'static str {
    use pb::OfferEnd as O;
    let (en, ar) = match end {
        O::Unspecified => ("it ended", "انتهى"),
        O::Declined => ("you declined", "رفضتَه"),
        O::Expired => ("it was not answered in time", "لم يُجب عليه في وقته"),
        O::Rescinded => ("it was taken back", "سُحب"),
    };
    pick(language, en, ar)
}

/// Whether an agent takes work.
pub fn presence(language: Language, presence: pb::Presence) -> &'static str {
    use pb::Presence as P;
    let (en, ar) = match presence {
        P::Unspecified => ("unknown", "غير معروف"),
        P::Available => ("available", "متاح"),
        P::Away => ("away", "بعيد"),
        P::Draining => ("finishing what is held", "يُنهي ما لديه"),
        P::Offline => ("offline", "غير متصل"),
    };
    pick(language, en, ar)
}

/// What supervisors are told of.
pub fn alert(language: Language, alert: pb::Alert) -> &'static str {
    use pb::Alert as A;
    let (en, ar) = match alert {
        A::Unspecified => ("something", "شيء ما"),
        A::AgentSilent => ("the agent does not answer", "الموظف لا يجيب"),
        A::Emergency => ("the customer is in danger", "العميل في خطر"),
        A::LongWait => ("the customer waits very long", "العميل ينتظر وقتًا طويلاً"),
        A::PromiseBroken => ("a promise was broken", "لم يُوفَ بوعد"),
        A::AbuseReported => ("the agent reports abuse", "الموظف يبلّغ عن إساءة"),
        A::NobodyReached => ("nobody on call was reached", "لم يرد أحد من المناوبين"),
        A::BlockAwaitsReview => {
            ("a customer was blocked: look at it", "أُوقف عميل، وعليكم مراجعة ذلك")
        }
        A::BlockLapsed => ("a block lapsed: nobody looked at it", "سقط إيقاف لم يراجعه أحد"),
    };
    pick(language, en, ar)
}

/// What an alert is about.
pub fn alert_kind(language: Language, kind: pb::AlertKind) -> &'static str {
    use pb::AlertKind as A;
    let (en, ar) = match kind {
        A::Unspecified => ("something is wrong", "هناك خلل"),
        A::EmergencyWaiting => ("somebody in danger waits", "شخص في خطر ينتظر"),
        A::NobodyThere => {
            ("customers wait and nobody is signed in", "عملاء ينتظرون ولا أحد سجّل دخوله")
        }
        A::LongestWait => ("somebody waits very long", "شخص ينتظر طويلًا"),
        A::QueueLength => ("many wait", "كثيرون ينتظرون"),
        A::BrokenPromises => ("promises were broken", "وعود لم يُوفَ بها"),
        A::AgentSilent => ("an agent does not answer", "موظف لا يجيب"),
        A::AbuseReported => ("an agent reports abuse", "موظف يبلّغ عن إساءة"),
        A::NobodyReached => {
            ("in danger, and nobody on call was reached", "في خطر، ولم يرد أحد من المناوبين")
        }
        A::BlockAwaitsReview => {
            ("a customer was blocked: /blocks", "أُوقف عميل وينتظر مراجعتك: /blocks")
        }
        A::BlockLapsed => ("a block lapsed: nobody looked at it", "سقط إيقاف لم يراجعه أحد"),
    };
    pick(language, en, ar)
}

/// Whether a customer is there; `None` if nothing is known.
pub fn attendance(language: Language, attendance: pb::Attendance) -> Option<&'static str> {
    let (en, ar) = match attendance {
        pb::Attendance::Unspecified => return None,
        pb::Attendance::Attached => ("their page is open", "صفحته مفتوحة"),
        pb::Attendance::Away => ("has just closed the page", "أغلق صفحته قبل قليل"),
        pb::Attendance::Gone => ("has closed the page", "أغلق صفحته"),
    };
    Some(pick(language, en, ar))
}

/// What was promised.
pub fn promise(language: Language, kind: pb::PromiseKind) -> &'static str {
    use pb::PromiseKind as P;
    let (en, ar) = match kind {
        P::Unspecified => ("a promise", "وعد"),
        P::Callback => ("a callback", "معاودة التواصل"),
        P::Answer => ("an answer to the question left", "إجابة السؤال المتروك"),
        P::FollowUp => ("to come back to it", "العودة إلى الموضوع"),
        P::Wait => ("a person", "حضور موظف"),
    };
    pick(language, en, ar)
}

/// How a promise ended.
pub fn fate(language: Language, fate: pb::PromiseFate) -> &'static str {
    use pb::PromiseFate as F;
    let (en, ar) = match fate {
        F::Unspecified => ("is over", "انتهى"),
        F::Kept => ("was kept", "تم الوفاء به"),
        F::KeptLate => ("was kept later than first said", "تم الوفاء به متأخرًا"),
        F::Broken => ("was broken", "لم يُوفَ به"),
        F::Withdrawn => ("is no longer wanted", "لم يعد مطلوبًا"),
    };
    pick(language, en, ar)
}

/// What a conversation is doing.
pub fn state(language: Language, state: pb::ConversationState, reader: Reader) -> &'static str {
    use pb::ConversationState as S;
    let (en, ar) = match (state, reader) {
        (S::Queued, Reader::Customer) => ("you wait for a person", "تنتظر موظفًا"),
        (S::Confirming, Reader::Customer) => ("waits for your yes or no", "تنتظر جوابك: نعم أو لا"),
        (S::Closed, Reader::Customer) => ("ended", "انتهت"),
        (S::Unspecified, _) => ("unknown", "غير معروف"),
        (S::Bot, _) => ("with the bot", "مع الرد الآلي"),
        (S::Queued, Reader::Staff) => ("waits for an agent", "تنتظر موظفًا"),
        (S::Pending, _) => ("promised for later", "موعودة لوقت لاحق"),
        (S::Human, _) => ("with an agent", "مع موظف"),
        (S::Confirming, Reader::Staff) => {
            ("waits for the customer's yes or no", "تنتظر جواب العميل")
        }
        (S::Resolved, _) => ("resolved", "حُلّت"),
        (S::Closed, Reader::Staff) => ("closed", "مغلقة"),
        (S::Blocked, _) => ("blocked for a time", "موقوفة مؤقتًا"),
    };
    pick(language, en, ar)
}

/// How well the deployment works; `None` if all is well.
pub fn mode(language: Language, mode: pb::Mode) -> Option<&'static str> {
    let (en, ar) = match mode {
        pb::Mode::Unspecified | pb::Mode::Normal => return None,
        pb::Mode::Degraded => (
            "the service is disturbed: the bot answers, handoffs may be delayed",
            "الخدمة مضطربة: الرد الآلي يعمل وقد يتأخر التحويل",
        ),
        pb::Mode::Isolated => (
            "the service is cut off from its store: nothing is saved",
            "الخدمة مقطوعة عن التخزين: لا يُحفظ شيء",
        ),
    };
    Some(pick(language, en, ar))
}

/// How urgent a handoff is.
pub fn priority(language: Language, priority: pb::Priority) -> &'static str {
    use pb::Priority as P;
    let (en, ar) = match priority {
        P::Unspecified | P::Normal => ("normal", "عادي"),
        P::Low => ("low", "منخفض"),
        P::High => ("high", "عالٍ"),
        P::Emergency => ("emergency", "طارئ"),
    };
    pick(language, en, ar)
}

/// The name of a language; its tag where we have no name for it.
pub fn tongue(language: Language, tag: &str) -> &str {
    match Language::from_tag(tag) {
        Some(Language::Ar) => pick(language, "Arabic", "العربية"),
        Some(Language::En) => pick(language, "English", "الإنجليزية"),
        None => tag,
    }
}

/// What became of the matter, as its agent says; theirs where we have no word for it.
pub fn disposition(language: Language, said: &str) -> &str {
    match said {
        "solved" => pick(language, "solved", "حُلّ"),
        own => own,
    }
}

/// Why an agent is away; their own words where they gave some.
pub fn away(language: Language, reason: &str) -> &str {
    match reason {
        "signed_in" => pick(language, "just signed in", "سجّل الدخول للتو"),
        "unanswered_offers" => pick(language, "offers were not answered", "لم يُجب على العروض"),
        own => own,
    }
}

/// The way a customer came; what their client calls it where we have no word for it.
pub fn channel(language: Language, channel: &str) -> &str {
    match channel {
        "terminal" => pick(language, "terminal", "سطر الأوامر"),
        "web" => pick(language, "web", "الموقع"),
        own => own,
    }
}

/// What is measured.
pub fn measure(language: Language, measure: pb::Measure) -> &'static str {
    match measure {
        pb::Measure::Csat => pick(language, "satisfaction (1–5)", "الرضا (1–5)"),
        pb::Measure::Ces => pick(language, "ease (1–7)", "السهولة (1–7)"),
        pb::Measure::Nps => pick(language, "would recommend (0–10)", "التوصية (0–10)"),
        pb::Measure::Unspecified => "",
    }
}

/// Whose part is meant.
pub fn part(language: Language, part: pb::ServedBy) -> &'static str {
    match part {
        pb::ServedBy::Bot => pick(language, "machine", "المساعد الآلي"),
        pb::ServedBy::Human => pick(language, "people", "الموظفون"),
        pb::ServedBy::Unspecified => "",
    }
}

/// A stretch of time in its two largest units: `2 min 5 s`.
pub fn span(language: Language, seconds: i64) -> String {
    let seconds = seconds.max(0);
    let [day, hour, minute, second] = match language {
        Language::En => ["d", "h", "min", "s"],
        Language::Ar => ["يوم", "س", "د", "ث"],
    };
    let parts = [
        (seconds / 86_400, day),
        (seconds / 3_600 % 24, hour),
        (seconds / 60 % 60, minute),
        (seconds % 60, second),
    ];
    let first = parts.iter().position(|(count, _)| *count > 0).unwrap_or(parts.len() - 1);
    let shown = parts.iter().skip(first).take(2).filter(|(count, _)| *count > 0 || seconds == 0);
    let words: Vec<String> = shown.map(|(count, unit)| format!("{count} {unit}")).collect();
    words.join(" ")
}

/// A whole number in the digits of either language.
pub fn number(text: &str) -> Option<usize> {
    let mut value: usize = 0;
    for c in text.chars() {
        let digit = match c {
            '0'..='9' => c as usize - '0' as usize,
            '٠'..='٩' => c as usize - '٠' as usize,
            _ => return None,
        };
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    (!text.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_two_largest_units() {
        for (seconds, expected) in [
            (-3, "0 s"),
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (125, "2 min 5 s"),
            (3_600, "1 h"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(span(Language::En, seconds), expected);
        }
        assert_eq!(span(Language::Ar, 61), "1 د 1 ث");
    }

    #[test]
    fn every_reason_has_words_in_both_languages() {
        for number in 1..=13 {
            let reason = pb::HandoffReason::try_from(number).unwrap();
            assert_ne!(handoff(Language::Ar, reason), handoff(Language::En, reason));
        }
        for number in 1..=11 {
            let reason = pb::DelayReason::try_from(number).unwrap();
            for reader in [Reader::Customer, Reader::Staff] {
                let [en, ar] =
                    [Language::En, Language::Ar].map(|l| delay(l, reason, reader).unwrap());
                assert_ne!(en, ar);
                let to_customers = en.contains("your") || ar.contains("لغتك");
                assert!(reader == Reader::Customer || !to_customers, "{en} {ar}");
            }
        }
    }
}
