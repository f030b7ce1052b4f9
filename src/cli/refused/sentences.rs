//! The sentences, in English and in Arabic. What stands in braces is a fact of the refusal: both
//! languages name the same ones.

use crate::cli::reach::AWAY;
pub(super) use crate::cli::reach::Sentence;
use crate::cli::words::pick;
use crate::domain::conversation::why::{NotBlocked, NotPassed};
use crate::domain::language::Language;
use crate::domain::pool::why::{Gone, Hindrance};
use crate::grpc::status::Reason;

/// What each reason means; the words of the two that depend on more stand for what is not known.
pub(super) fn reason(reason: Reason, what: &str) -> Sentence {
    match reason {
        Reason::CredentialsMissing | Reason::CredentialsInvalid => (
            "your key or token is not valid (any more)",
            "مفتاحك أو رمز دخولك غير صالح أو انتهت صلاحيته",
        ),
        Reason::RoleNotAllowed => ("this is not open to you ({role})", "هذا غير متاح لك ({role})"),
        Reason::NoSuchCall => {
            ("this server does not know how to do that", "هذا الخادم لا يعرف هذا الطلب")
        }
        Reason::HostNotAllowed => (
            "this server does not answer under the address {host}",
            "هذا الخادم لا يجيب تحت العنوان {host}",
        ),
        Reason::FieldInvalid => ("something in it is not as it must be", "فيه شيء غير صحيح"),
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
        Reason::TooMany => too_many(what),
        Reason::TooLarge => (
            "that is larger than allowed: at most {bytes_max} bytes",
            "هذا أكبر من المسموح؛ الحد بالبايت: {bytes_max}",
        ),
        Reason::DeadlineExceeded => (
            "it took too long ({given_ms} ms) and may have happened all the same; look before you repeat it",
            "طال الأمر (بالملّي ثانية: {given_ms}) وربما تم مع ذلك؛ تحقق قبل الإعادة",
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
        "directive" => (
            "nothing of this number is in force: `directives` lists what is",
            "لا شيء ساريًا بهذا الرقم، والأمر `directives` يعرض الساري",
        ),
        "parked entry" => (
            "no delivery of this id is parked: `parked` lists them",
            "لا توجد عملية معلّقة بهذا المعرّف، والأمر `parked` يعرضها",
        ),
        _ => ("there is nothing like that, or it is not yours", "لا يوجد شيء كهذا، أو ليس لك"),
    }
}

/// Of what there is too much, and when it may be tried again.
fn too_many(what: &str) -> Sentence {
    match what {
        "calls_from_address" | "calls_of_caller" => (
            "that was too much at once; try again in {seconds} s",
            "هذا كثير في وقت واحد؛ حاول بعد هذه الثواني: {seconds}",
        ),
        "open_streams" => (
            "this is open in too many places; close one, and try again in {seconds} s",
            "هذا مفتوح في أماكن كثيرة؛ أغلق أحدها وحاول بعد هذه الثواني: {seconds}",
        ),
        "waiting_conversations" => (
            "so many wait that nobody new is taken; try again in {seconds} s",
            "المنتظرون كثيرون ولا يُقبل جديد الآن؛ حاول بعد هذه الثواني: {seconds}",
        ),
        "conversations_of_customer" => (
            "this customer has as many conversations as there may be; erase old ones",
            "لهذا العميل أكبر عدد مسموح من المحادثات؛ امحُ القديم منها",
        ),
        "backups_at_once" => (
            "a backup is being made already; try again in {seconds} s",
            "تُصنع نسخة احتياطية الآن؛ حاول بعد هذه الثواني: {seconds}",
        ),
        _ => (
            "there is too much of it; try again in {seconds} s",
            "هذا أكثر من المسموح؛ حاول بعد هذه الثواني: {seconds}",
        ),
    }
}

/// What is wrong with a field: by the problem the server names, else by the field alone. `None` if
/// neither is known here.
pub(super) fn field(problem: &str, field: &str) -> Option<Sentence> {
    Some(match (problem, field) {
        ("too_long", "text") => (
            "a message has at most {max} characters, this one has {got}",
            "الرسالة أطول من المسموح: الحد من الحروف {max} وفيها {got}",
        ),
        ("too_long", _) => (
            "this is too long: at most {max} characters, and it has {got}",
            "هذا أطول من المسموح: الحد من الحروف {max} وفيه {got}",
        ),
        ("empty", "text") => ("a message must not be empty", "الرسالة فارغة"),
        ("empty", "name" | "profile.name") => {
            ("customers read the name: say one", "الاسم يقرؤه العملاء: اذكر اسمًا")
        }
        ("empty", "profile.languages") => {
            ("an agent speaks at least one language", "للموظف لغة واحدة على الأقل")
        }
        ("empty", "reason") => ("say why", "اذكر السبب"),
        ("empty", "what") => ("say what the customer is promised", "اذكر ما يُوعد به العميل"),
        ("empty", _) => ("something is missing here: {field}", "ينقص شيء هنا: {field}"),
        ("out_of_range", "score") => (
            "the score is not on the scale from {min} to {max}",
            "التقييم خارج المقياس من {min} إلى {max}",
        ),
        ("out_of_range", _) => {
            ("{field} must be from {min} to {max}", "يجب أن يكون {field} من {min} إلى {max}")
        }
        ("unknown", "profile.languages") => (
            "{name} is not a language spoken here; say ar or en",
            "{name} ليست من لغات الخدمة؛ اكتب ar أو en",
        ),
        ("unknown", _) => {
            ("there is no {what} {name}: the rules name none", "لا يوجد في القواعد {what} {name}")
        }
        ("time_not_possible", _) => (
            "this time cannot be promised: it must lie between {earliest} and {latest}",
            "لا يمكن الوعد بهذا الوقت: يجب أن يقع بين {earliest} و{latest}",
        ),
        ("not_an_id", _) => (
            "an id consists of A-Z a-z 0-9 _ and -, but here stands {character}",
            "المعرّف من A-Z a-z 0-9 _ و- فقط، وهنا {character}",
        ),
        ("reserved", _) => (
            "ids that begin with {prefix} are kept for the desks of supervisors",
            "المعرّفات التي تبدأ بـ {prefix} محجوزة لمكاتب المشرفين",
        ),
        ("bad_end", _) => (
            "it must end after now and within {days} days",
            "يجب أن ينتهي بعد الآن وخلال هذه الأيام: {days}",
        ),
        ("one_language", _) => (
            "a banner needs words in Arabic and in English",
            "الإعلان يحتاج نصًا بالعربية وبالإنجليزية",
        ),
        ("too_many_in_force", _) => (
            "{max} are in force already: lift one first",
            "الساري منها {max} وهو الحد: ارفع واحدًا أولًا",
        ),
        ("too_many_parts", _) => (
            "a message carries at most {max} links, places and files",
            "الحد مما تحمله الرسالة من روابط ومواقع وملفات: {max}",
        ),
        ("kind_not_taken", _) => ("{kind} are not taken here", "لا تُقبل {kind} هنا"),
        ("bad_address", _) => (
            "the address must be https://HOST/…, at most {max} ASCII characters",
            "يجب أن يكون العنوان https://HOST/… وحده من حروف ASCII {max}",
        ),
        ("host_not_allowed", _) => (
            "the host {host} is not one of those allowed: {allowed}",
            "الموقع {host} ليس من المسموح بها: {allowed}",
        ),
        ("type_not_taken", _) => (
            "files of this type are not taken: send one of {allowed}",
            "هذا النوع من الملفات لا يُقبل: أرسل واحدًا من {allowed}",
        ),
        ("bad_size", _) => (
            "the file has {got} bytes, allowed are 1 to {max}",
            "حجم الملف بالبايت {got}، والمسموح من 1 إلى {max}",
        ),
        ("bad_hash", _) => (
            "sha256 must be 64 of 0-9 and a-f: the hash of the file's bytes",
            "يجب أن تكون sha256 من 64 من 0-9 و a-f: بصمة محتوى الملف",
        ),
        ("bad_place", _) => (
            "a latitude lies between -90 and 90 degrees, a longitude between -180 and 180",
            "خط العرض بين -90 و90 درجة، وخط الطول بين -180 و180",
        ),
        ("bad_title", _) => (
            "a title, label or name has at most {max} characters, without controls",
            "الحد من الحروف للعنوان أو الاسم {max} بلا رموز تحكم",
        ),
        (_, "choice_id") => ("this choice is not offered now", "هذا الاختيار غير معروض الآن"),
        (_, "sequence") => (
            "there is no such answer of the bot, or it can no longer be rated",
            "لا يوجد رد آلي كهذا، أو لم يعد تقييمه ممكنًا",
        ),
        _ => return None,
    })
}

/// The situations that are not states of a conversation, with the reason behind them.
pub(super) fn situation(name: &str, why: &str) -> Option<Sentence> {
    Some(match name {
        "declared" => (
            "this agent is declared in the rules and is changed there",
            "هذا الموظف معرّف في القواعد ويُغيَّر هناك",
        ),
        "busy" => (
            "the agent still holds conversations ({held}): set them draining first",
            "ما زالت عند الموظف محادثات ({held}): أوقف استقباله أولًا",
        ),
        "promise_open" => {
            ("a promise to the customer is open: answer it first", "للعميل وعد قائم: أوفِ به أولًا")
        }
        "not_transferable" => not_passed(why),
        "not_blockable" => not_blocked(why),
        "nothing_to_review" => (
            "no block waits for this: it is over, or somebody has looked at it",
            "لا إيقاف ينتظر هذا: انتهى أو راجعه غيرك",
        ),
        "identified" => ("this conversation belongs to another customer", "هذه المحادثة لعميل آخر"),
        "ended" => (
            "it ended at {ended}, too long ago to be taken up again; begin a new one",
            "انتهت في {ended} ولم يعد فتحها ممكنًا؛ ابدأ محادثة جديدة",
        ),
        "not_due" => ("nothing of this is due", "لا شيء من هذا مستحق الآن"),
        "done" => ("this has been done already", "تم هذا من قبل"),
        "offer_gone" => gone(why),
        "not_eligible" => hindered(why),
        "not_now" => ("this cannot be taken now", "لا يمكن أخذها الآن"),
        "not_embedded" => (
            "this server keeps no store in a file: only `--store embedded` is backed up like this, a Redis \
             where it runs",
            "هذا الخادم لا يحفظ مخزنًا في ملف: تُنسخ هكذا المخازن بـ `--store embedded` وحدها، ويُنسخ Redis \
             حيث يعمل",
        ),
        "disk_full" => (
            "a backup needs {needed_mb} MB for a while at the server, and {free_mb} MB are free; make room \
             and ask again",
            "تحتاج النسخة الاحتياطية مؤقتًا {needed_mb} ميغابايت عند الخادم، والمتاح {free_mb} ميغابايت؛ أفسح \
             مكانًا وأعد الطلب",
        ),
        "unknown" | "gone" => ("it is not in the queue", "ليست في قائمة الانتظار"),
        "waiting" => {
            ("it waits in its queue already, place kept", "تنتظر في قائمتها ومكانها محفوظ")
        }
        "assigned" => ("an agent has it", "عند أحد الموظفين"),
        "offered" => ("an agent is being asked", "معروضة على أحد الموظفين"),
        "here" => ("it is in the queue", "هي في قائمة الانتظار"),
        "not_written_up" => ("nothing is being written up there", "لا توثيق جارٍ لهذه المحادثة"),
        "leaving" => {
            ("this agent is being removed and takes nothing new", "يُزال هذا الموظف ولا يستقبل جديدًا")
        }
        "not_signed_in" => ("the agent is not signed in", "الموظف غير متصل"),
        _ => return None,
    })
}

fn not_passed(why: &str) -> Sentence {
    match NotPassed::of_code(why) {
        None => ("it cannot be passed on like this", "لا يمكن تحويلها بهذه الصورة"),
        Some(NotPassed::Emergency) => (
            "it cannot be passed on: an emergency stays with people",
            "لا يمكن تحويلها: الحالة الطارئة تبقى عند الموظفين",
        ),
        Some(NotPassed::TheirsAlready) => {
            ("it cannot be passed on: it is theirs already", "لا يمكن تحويلها: هي عنده الآن")
        }
        Some(NotPassed::NotSignedIn) => (
            "it cannot be passed on: the colleague is not signed in; pass it to their queue instead",
            "لا يمكن تحويلها: الزميل غير متصل؛ حوّلها إلى قائمته بدلًا منه",
        ),
        Some(NotPassed::TakesNothing) => (
            "it cannot be passed on: the colleague takes nothing new any more",
            "لا يمكن تحويلها: الزميل لم يعد يستقبل جديدًا",
        ),
        Some(NotPassed::LacksNeeds) => (
            "it cannot be passed on: the colleague lacks the language or a skill it needs",
            "لا يمكن تحويلها: تنقص الزميل اللغة أو مهارة لازمة",
        ),
        Some(NotPassed::DeniedTwice) => (
            "it cannot be passed on: the customer has denied twice what this colleague proposed",
            "لا يمكن تحويلها: رفض العميل مرتين ما اقترحه هذا الزميل",
        ),
    }
}

fn not_blocked(why: &str) -> Sentence {
    match NotBlocked::of_code(why) {
        None => ("the customer cannot be blocked as it stands", "لا يمكن إيقاف العميل والحال هذه"),
        Some(NotBlocked::NoBlocks) => (
            "the customer cannot be blocked: the rules allow no blocks; report it to the supervisors",
            "لا يمكن إيقاف العميل: القواعد لا تسمح بالإيقاف؛ أبلغ المشرفين",
        ),
        Some(NotBlocked::Emergency) => (
            "the customer cannot be blocked: an emergency is never blocked; report it to the supervisors",
            "لا يمكن إيقاف العميل: من كان في خطر لا يُوقَف أبدًا؛ أبلغ المشرفين",
        ),
        Some(NotBlocked::NoReason) => (
            "the customer cannot be blocked: say why, a supervisor looks at it",
            "لا يمكن إيقاف العميل: اذكر السبب، فسينظر فيه مشرف",
        ),
        Some(NotBlocked::NothingToFollow) => (
            "the customer cannot be blocked: there is no block that could go on here",
            "لا يمكن إيقاف العميل: لا إيقاف قائمًا يستمر هنا",
        ),
    }
}

fn gone(why: &str) -> Sentence {
    match Gone::of_code(why) {
        None => ("the offer is gone", "فات هذا العرض"),
        Some(Gone::Lapsed) => {
            ("the time to answer this offer is over", "انقضت مهلة الرد على هذا العرض")
        }
        Some(Gone::Declined) => ("you have declined this offer", "رفضتَ هذا العرض"),
        Some(Gone::Back) => (
            "the offer is gone: it went back to the queue",
            "فات هذا العرض: عادت المحادثة إلى قائمة الانتظار",
        ),
        Some(Gone::AskedElsewhere) => {
            ("the offer is gone: another agent is being asked", "فات هذا العرض: سُئل موظف آخر")
        }
        Some(Gone::Taken) => {
            ("the offer is gone: another agent has it", "فات هذا العرض: أخذه موظف آخر")
        }
        Some(Gone::Replaced) => {
            ("the offer is gone: a newer offer has replaced it", "فات هذا العرض: حلّ محله عرض أحدث")
        }
        Some(Gone::NotWaiting) => (
            "the offer is gone: the customer no longer waits",
            "فات هذا العرض: لم يعد العميل ينتظر",
        ),
        Some(Gone::Accepted) => {
            ("the offer is gone: it has been accepted", "فات هذا العرض: قُبل من قبل")
        }
    }
}

fn hindered(why: &str) -> Sentence {
    match Hindrance::of_code(why) {
        None => ("this cannot be taken now", "لا يمكن أخذها الآن"),
        Some(Hindrance::NotAvailable) => {
            ("this cannot be taken now: not available", "لا يمكن أخذها الآن: غير متاح")
        }
        Some(Hindrance::NotSignedIn) => {
            ("this cannot be taken now: not signed in", "لا يمكن أخذها الآن: غير متصل")
        }
        Some(Hindrance::Draining) => (
            "this cannot be taken now: draining, nothing new is taken",
            "لا يمكن أخذها الآن: الاستقبال موقوف",
        ),
        Some(Hindrance::Removed) => (
            "this cannot be taken now: the agent is being removed",
            "لا يمكن أخذها الآن: يُزال هذا الموظف",
        ),
        Some(Hindrance::LacksNeeds) => (
            "this cannot be taken now: the language or a skill it needs is missing",
            "لا يمكن أخذها الآن: تنقص اللغة أو مهارة لازمة",
        ),
        Some(Hindrance::Excluded) => (
            "this cannot be taken now: this agent has passed it on, or the customer has denied twice \
             what they proposed",
            "لا يمكن أخذها الآن: حوّلها هذا الموظف إلى غيره، أو رفض العميل مرتين ما اقترحه",
        ),
        Some(Hindrance::OtherOffer) => (
            "this cannot be taken now: another offer waits for an answer",
            "لا يمكن أخذها الآن: عرض آخر ينتظر الرد",
        ),
        Some(Hindrance::NoRoom) => (
            "this cannot be taken now: there is no room for one more",
            "لا يمكن أخذها الآن: لا سعة لمحادثة أخرى",
        ),
        Some(Hindrance::CoolingDown) => (
            "this cannot be taken now: another was let pass a moment ago",
            "لا يمكن أخذها الآن: تُركت غيرها قبل لحظة",
        ),
        Some(Hindrance::WritingUp) => (
            "this cannot be taken now: this very conversation is still being written up",
            "لا يمكن أخذها الآن: ما زالت هذه المحادثة نفسها قيد التوثيق",
        ),
        Some(Hindrance::StaysOffered) => (
            "this cannot be taken now: this offer does not give way",
            "لا يمكن أخذها الآن: هذا العرض لا يُسحب",
        ),
        Some(Hindrance::EmergencyWaits) => (
            "this cannot be taken now: somebody in danger waits and comes first",
            "لا يمكن أخذها الآن: ينتظر من هو في خطر وهو أولى",
        ),
    }
}

/// The word for a fact that is a code; `None` if it is a number or a name.
pub(super) fn word(language: Language, fact: &str, value: &str) -> Option<&'static str> {
    let (en, ar) = match (fact, value) {
        ("kind", "links") => ("links", "الروابط"),
        ("kind", "places") => ("places", "المواقع"),
        ("kind", "attachments") => ("attachments", "المرفقات"),
        ("what", "queue") => ("queue", "قائمة"),
        ("what", "skill") => ("skill", "مهارة"),
        ("what", "entry") => ("entry", "مدخل"),
        ("role", "customer") => ("customer", "عميل"),
        ("role", "agent") => ("agent", "موظف"),
        ("role", "platform") => ("platform", "منصة"),
        ("role", "supervisor") => ("supervisor", "مشرف"),
        ("role", "admin") => ("admin", "إدارة"),
        _ => return None,
    };
    Some(pick(language, en, ar))
}
