//! Refusals in the words of whoever reads them. The server tells programs by a reason and its facts
//! what happened; from these a sentence is made here in either language, and the reason stands behind
//! it in brackets for whoever is asked for help.

use super::connect::{reason_of, transient};
use super::reach::{AWAY, Sentence};
use super::terminal::Look;
use super::transcript::Reader;
use super::words::{pick, state};
use crate::domain::language::Language;
use crate::grpc::pb::ConversationState;
use crate::grpc::status::Reason;
use tonic::Status;
use tonic_types::StatusExt;

/// Why a call was not done.
pub fn refused(language: Language, look: Look, status: &Status) -> String {
    let not_done = pick(language, "not done", "لم يتم");
    format!("{not_done}: {} ({})", why(language, look, status), reason_of(status))
}

/// The same for staff, who lose nothing of it in Arabic: which limit it is the server names in English.
pub fn refused_to_staff(language: Language, look: Look, status: &Status) -> String {
    let line = refused(language, look, status);
    let details = status.get_error_details();
    let said = details.bad_request().and_then(|bad| bad.field_violations.first());
    match (language, said) {
        (Language::Ar, Some(said)) => format!("{line}: {}", look.foreign(&said.description)),
        (Language::Ar, None) | (Language::En, _) => line,
    }
}

fn why(language: Language, look: Look, status: &Status) -> String {
    let say = |(en, ar): Sentence| pick(language, en, ar).to_owned();
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        // Not of Sanad: the line itself, or what this terminal found before it called.
        return if transient(status) { say(AWAY) } else { look.foreign(status.message()) };
    };
    let fact = |name: &str| info.metadata.get(name).map_or("", String::as_str);
    match Reason::named(&info.reason) {
        None => look.foreign(status.message()),
        Some(Reason::WrongState) => wrong_state(language, fact("state")),
        Some(Reason::FieldInvalid) => {
            let said = details.bad_request().and_then(|bad| bad.field_violations.first());
            match (language, said) {
                // The server speaks English, and names the limit.
                (Language::En, Some(said)) => look.foreign(&said.description),
                (Language::En | Language::Ar, _) => say(field(fact("field"))),
            }
        }
        Some(reason) => say(sentence(reason, fact("what"))),
    }
}

/// What each reason means; the words of the two that depend on more stand for what is not known.
fn sentence(reason: Reason, what: &str) -> Sentence {
    match reason {
        Reason::CredentialsMissing | Reason::CredentialsInvalid => (
            "your key or token is not valid (any more)",
            "مفتاحك أو رمز دخولك غير صالح أو انتهت صلاحيته",
        ),
        Reason::RoleNotAllowed => ("this is not open to you", "هذا غير متاح لك"),
        Reason::NoSuchCall => {
            ("this server does not know how to do that", "هذا الخادم لا يعرف هذا الطلب")
        }
        Reason::HostNotAllowed => {
            ("this server does not answer under this address", "هذا الخادم لا يجيب تحت هذا العنوان")
        }
        Reason::FieldInvalid => field(""),
        Reason::RequestIdReused => (
            "this was sent before with other contents; send it afresh",
            "أُرسل هذا من قبل بمحتوى آخر؛ أرسله من جديد",
        ),
        Reason::NotFound => missing(what),
        Reason::ConversationNotKept => (
            "this conversation is no longer kept; begin a new one",
            "هذه المحادثة لم تعد محفوظة؛ ابدأ محادثة جديدة",
        ),
        Reason::Exists => ("it is there already", "هذا موجود من قبل"),
        Reason::WrongState => ("this cannot be done at this moment", "لا يمكن ذلك في هذه اللحظة"),
        Reason::OwnershipLost => {
            ("this conversation is no longer with you", "لم تعد هذه المحادثة عندك")
        }
        Reason::SessionSuperseded => {
            ("you have signed in elsewhere since", "سجّلت الدخول من مكان آخر بعد ذلك")
        }
        Reason::TooMany => (
            "that was too much at once; try again in a moment",
            "هذا كثير في وقت واحد؛ حاول بعد لحظة",
        ),
        Reason::TooLarge => ("that is larger than allowed", "هذا أكبر من المسموح"),
        Reason::DeadlineExceeded => (
            "it took too long and may have happened all the same; look before you repeat it",
            "طال الأمر وربما تم مع ذلك؛ تحقق قبل الإعادة",
        ),
        Reason::Unavailable => AWAY,
        Reason::Internal => {
            ("something is broken at the server; it was logged", "حدث عطل في الخادم وقد سُجّل")
        }
    }
}

fn missing(what: &str) -> Sentence {
    match what {
        "conversation" => {
            ("there is no such conversation, or it is not yours", "لا توجد محادثة كهذه، أو ليست لك")
        }
        "agent" => ("there is no such agent", "لا يوجد موظف كهذا"),
        "handoff" => ("nobody has asked for a person there", "لم يُطلب موظف في هذه المحادثة"),
        _ => ("there is nothing like that, or it is not yours", "لا يوجد شيء كهذا، أو ليس لك"),
    }
}

fn field(field: &str) -> Sentence {
    match field {
        "text" => ("the message is empty or too long", "الرسالة فارغة أو أطول من المسموح"),
        "parts" => ("what the message carries is not allowed", "ما تحمله الرسالة غير مسموح به"),
        "choice_id" => ("this choice is not offered now", "هذا الاختيار غير معروض الآن"),
        "time" => ("this time cannot be promised", "لا يمكن الوعد بهذا الوقت"),
        "sequence" => (
            "there is no such answer of the bot, or it can no longer be rated",
            "لا يوجد رد آلي كهذا، أو لم يعد تقييمه ممكنًا",
        ),
        "score" => ("the score is not on the scale", "التقييم خارج المقياس"),
        "name" => ("customers read the name: say one", "الاسم يقرؤه العملاء: اذكر اسمًا"),
        "to" => ("there is no such queue or skill", "لا توجد قائمة أو تخصص بهذا الاسم"),
        _ => ("something in it is not as it must be", "فيه شيء غير صحيح"),
    }
}

/// Why something cannot be done now, by the state the server names.
fn wrong_state(language: Language, name: &str) -> String {
    let on_the_wire = format!("CONVERSATION_STATE_{}", name.to_uppercase());
    if let Some(known) = ConversationState::from_str_name(&on_the_wire) {
        let now = pick(
            language,
            "this cannot be done now; the conversation:",
            "لا يمكن ذلك الآن؛ المحادثة:",
        );
        return format!("{now} {}", state(language, known, Reader::Staff));
    }
    let (en, ar) = situation(name).unwrap_or(sentence(Reason::WrongState, ""));
    pick(language, en, ar).to_owned()
}

/// The situations that are not states of a conversation.
fn situation(name: &str) -> Option<Sentence> {
    Some(match name {
        "declared" => (
            "this agent is declared in the rules and is changed there",
            "هذا الموظف معرّف في القواعد ويُغيَّر هناك",
        ),
        "busy" => (
            "the agent still holds conversations: set them draining first",
            "ما زالت عند الموظف محادثات: أوقف استقباله أولًا",
        ),
        "promise_open" => {
            ("a promise to the customer is open: answer it first", "للعميل وعد قائم: أوفِ به أولًا")
        }
        "not_transferable" => ("it cannot be passed on like this", "لا يمكن تحويلها بهذه الصورة"),
        "not_blockable" => {
            ("the customer cannot be blocked as it stands", "لا يمكن إيقاف العميل والحال هذه")
        }
        "nothing_to_review" => (
            "no block waits for this: it is over, or somebody has looked at it",
            "لا إيقاف ينتظر هذا: انتهى أو راجعه غيرك",
        ),
        "identified" => ("this conversation belongs to another customer", "هذه المحادثة لعميل آخر"),
        "ended" => (
            "it ended too long ago to be taken up again; begin a new one",
            "انتهت منذ مدة ولا يمكن فتحها؛ ابدأ محادثة جديدة",
        ),
        "not_due" => ("nothing of this is due", "لا شيء من هذا مستحق الآن"),
        "done" => ("this has been done already", "تم هذا من قبل"),
        "offer_lapsed" => {
            ("the time to answer this offer is over", "انقضت مهلة الرد على هذا العرض")
        }
        "offer_declined" => ("you have declined this offer", "رفضتَ هذا العرض"),
        "offer_back" => ("the offer was taken back", "سُحب هذا العرض"),
        "offer_elsewhere" => {
            ("the offer is gone: another agent is being asked", "فات هذا العرض، وسُئل موظف آخر")
        }
        "offer_taken" => ("another agent has taken it", "أخذها موظف آخر"),
        "offer_replaced" => ("a newer offer has replaced this one", "حلّ محل هذا العرض عرض أحدث"),
        "offer_not_waiting" => ("the customer no longer waits", "لم يعد العميل ينتظر"),
        "offer_accepted" => ("this offer has been accepted", "قُبل هذا العرض من قبل"),
        "not_now" => ("this cannot be taken now", "لا يمكن أخذها الآن"),
        "unknown" | "gone" => ("it is not in the queue", "ليست في القائمة"),
        "waiting" => {
            ("it waits in its queue already, place kept", "تنتظر في قائمتها ومكانها محفوظ")
        }
        "assigned" => ("an agent has it", "عند أحد الموظفين"),
        "offered" => ("an agent is being asked", "معروضة على أحد الموظفين"),
        "here" => ("it is in the queue", "هي في القائمة"),
        "not being written up" => {
            ("nothing is being written up there", "لا توثيق جارٍ لهذه المحادثة")
        }
        "leaving" => {
            ("this agent is being removed and takes nothing new", "يُزال هذا الموظف ولا يستقبل جديدًا")
        }
        "not_signed_in" => ("the agent is not signed in", "الموظف غير متصل"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
