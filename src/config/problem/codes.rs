//! The closed list of everything that can be wrong with a config: a code that never changes its
//! meaning, and its words in both languages. `config/PROBLEMS.md` has a page of remedies for each;
//! a test holds the two together.

use crate::domain::language::Language;

/// Whether a problem keeps rules from going live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The rules are refused.
    Error,
    /// The rules go live; somebody should look.
    Warning,
}

/// The words of one code; `{names}` are filled from the facts of the problem.
pub(super) struct Words {
    /// What is wrong.
    pub what: &'static str,
    /// What to write instead.
    pub hint: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $severity:ident
        en $what_en:literal, $hint_en:literal;
        ar $what_ar:literal, $hint_ar:literal;)+) => {
        /// One way in which a config can be wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The code that ops see and search for, such as `CFG101`.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $code),+ }
            }

            /// Whether it keeps the rules from going live.
            pub const fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),+ }
            }

            /// Its words in one language.
            pub(super) const fn words(self, language: Language) -> Words {
                match (self, language) {
                    $((Code::$variant, Language::En) => Words { what: $what_en, hint: $hint_en },
                      (Code::$variant, Language::Ar) => Words { what: $what_ar, hint: $hint_ar },)+
                }
            }
        }
    };
}

codes! {
    // ---- files and YAML
    /// The text is not YAML.
    YamlSyntax = "CFG001" Error
        en "this is not valid YAML: {reason}",
           "Look at this line and the one above it: the indentation, a bracket or quote that is not closed, or a text that wants quotes around it.";
        ar "هذا ليس YAML صحيحا: {reason}",
           "انظر إلى هذا السطر والذي قبله: المسافات في أوله، أو قوس أو علامة اقتباس لم تغلق، أو نص يحتاج إلى علامتي اقتباس.";
    /// A file that must be there is not.
    FileMissing = "CFG002" Error
        en "the file `{path}` is missing",
           "Create it; the shipped `config/{path}` is a good start.";
        ar "الملف `{path}` غير موجود",
           "أنشئه، ويمكنك البدء من الملف المرفق `config/{path}`.";
    /// The file cannot be read.
    FileUnreadable = "CFG003" Error
        en "`{path}` cannot be read: {reason}",
           "Check that it exists and that the account Sanad runs under may read it.";
        ar "تعذرت قراءة `{path}`: {reason}",
           "تحقق من وجوده ومن أن الحساب الذي يعمل به سند يملك صلاحية قراءته.";
    /// The file is not UTF-8.
    NotUtf8 = "CFG004" Error
        en "the file is not UTF-8: a byte that does not belong there stands here",
           "Save the file as UTF-8 in your editor.";
        ar "الملف ليس بترميز UTF-8: هنا بايت لا يصح",
           "احفظ الملف بترميز UTF-8 من المحرر.";
    /// The file is larger than is read.
    FileTooLarge = "CFG005" Error
        en "the file has {bytes} bytes; at most {bytes_max} are read",
           "Split it: every `.yaml` file of the folder is read.";
        ar "حجم الملف {bytes} بايت، والحد الأعلى {bytes_max}",
           "قسمه إلى عدة ملفات: كل ملفات `.yaml` في المجلد تقرأ.";
    /// Anchors, aliases, tags or several documents.
    YamlFeature = "CFG006" Error
        en "{feature} is YAML that is not used in this config",
           "Write the value out in full, in one document a file.";
        ar "{feature} من خصائص YAML التي لا تستعمل في هذه الإعدادات",
           "اكتب القيمة كاملة في مكانها، ومستندا واحدا في كل ملف.";
    /// One key twice in one map.
    DuplicateKey = "CFG007" Error
        en "the key `{key}` stands here for the second time",
           "Keep one of the two, or merge them.";
        ar "المفتاح `{key}` مكرر هنا للمرة الثانية",
           "احتفظ بأحدهما أو ادمجهما.";
    /// A file that looks like config but is not read.
    FileIgnored = "CFG008" Warning
        en "`{path}` is not read",
           "Only files that end in `.yaml` and stand in a known folder are read; rename or move it.";
        ar "الملف `{path}` لا يقرأ",
           "لا تقرأ إلا الملفات المنتهية بـ `.yaml` في المجلدات المعروفة، فغير اسمه أو انقله.";
    /// Accepted rules cannot be written to the data folder.
    NotKept = "CFG009" Error
        en "the rules are right, but cannot be kept in `{folder}`: {reason}",
           "Make room there and let the account Sanad runs under write to it; then save any config file again.";
        ar "القواعد صحيحة، لكن تعذر حفظها في `{folder}`: {reason}",
           "أفرغ مساحة هناك وامنح الحساب الذي يعمل به سند صلاحية الكتابة، ثم احفظ أي ملف إعدادات من جديد.";
    /// The config folder itself is not there.
    FolderMissing = "CFG010" Error
        en "there is no config folder `{folder}`",
           "Name the folder with --config DIR, or begin with a copy of the shipped `config` folder.";
        ar "لا يوجد مجلد إعدادات `{folder}`",
           "حدد المجلد بالخيار --config DIR، أو ابدأ بنسخة من المجلد المرفق `config`.";

    // ---- shape
    /// A key nobody knows.
    UnknownKey = "CFG101" Error
        en "the key `{key}` is not known here",
           "Known here: {known}.";
        ar "المفتاح `{key}` غير معروف هنا",
           "المعروف هنا: {known}.";
    /// A key that must be there is not.
    MissingKey = "CFG102" Error
        en "the key `{key}` is missing here",
           "Add `{key}:` with {expected}.";
        ar "المفتاح `{key}` ناقص هنا",
           "أضف `{key}:` ومعه {expected}.";
    /// A list where a text is wanted, and the like.
    WrongKind = "CFG103" Error
        en "here {expected} is wanted, but {found} stands",
           "Write {expected}.";
        ar "المطلوب هنا {expected}، والموجود {found}",
           "اكتب {expected}.";
    /// A text that YAML has cut or split.
    NeedsQuotes = "CFG104" Error
        en "YAML does not read this text as it is meant: `{mark}` has a meaning of its own",
           "Put quotes around the whole text: {quoted}";
        ar "لا يقرأ YAML هذا النص كما أردت، لأن `{mark}` له معنى خاص فيه",
           "ضع النص كله بين علامتي اقتباس: {quoted}";
    /// Not a duration.
    BadDuration = "CFG105" Error
        en "`{value}` is not a duration",
           "Write a whole number and `ms`, `s`, `m`, `h` or `d`, such as `30s` or `5m`.";
        ar "`{value}` ليست مدة",
           "اكتب عددا صحيحا يليه `ms` أو `s` أو `m` أو `h` أو `d`، مثل `30s` أو `5m`.";
    /// A number or duration outside its limits.
    OutOfRange = "CFG106" Error
        en "`{key}` is {value}, but must be from {least} to {most}",
           "Choose a value from {least} to {most}.";
        ar "قيمة `{key}` هي {value}، ويجب أن تكون من {least} إلى {most}",
           "اختر قيمة من {least} إلى {most}.";
    /// Not one of a closed list.
    NotOneOf = "CFG107" Error
        en "`{value}` is not known here",
           "Write one of: {known}.";
        ar "`{value}` غير معروف هنا",
           "اكتب واحدا من: {known}.";
    /// Not an id.
    BadId = "CFG108" Error
        en "`{value}` cannot be an id: {reason}",
           "Write a name of a-z, 0-9, _ and -, at most 64 characters, such as `order_status`; what people read belongs into titles.";
        ar "`{value}` لا يصلح معرفا: {reason}",
           "اكتب اسما من a-z و0-9 و_ و- لا يزيد على 64 حرفا مثل `order_status`، أما ما يقرؤه الناس فمكانه العنوان.";
    /// An empty text.
    EmptyText = "CFG109" Error
        en "this text is empty",
           "Write the text, or take the line out.";
        ar "هذا النص فارغ",
           "اكتب النص أو احذف السطر.";
    /// A text that is there in one language only.
    MissingLanguage = "CFG110" Error
        en "there is no `{language}` here; Arabic and English are equals",
           "Add `{language}:` beside the other language.";
        ar "لا يوجد `{language}` هنا، والعربية والإنجليزية سواء",
           "أضف `{language}:` بجانب اللغة الأخرى.";
    /// Not a date.
    BadDate = "CFG111" Error
        en "`{value}` is not a date or time that exists: {reason}",
           "Write a date as `2027-03-30`, a point in time as `2026-11-23T10:00:00+03:00`.";
        ar "`{value}` ليس تاريخا أو وقتا موجودا: {reason}",
           "اكتب التاريخ هكذا `2027-03-30` والوقت هكذا `2026-11-23T10:00:00+03:00`.";
    /// Values that must rise but do not.
    OutOfOrder = "CFG112" Error
        en "`{lower}` ({lower_value}) must not be above `{upper}` ({upper_value})",
           "Lower the first or raise the second.";
        ar "يجب ألا يزيد `{lower}` ({lower_value}) على `{upper}` ({upper_value})",
           "أنقص الأول أو زد الثاني.";
    /// More than the limit of a list.
    TooMany = "CFG113" Error
        en "here stand {count}, at most {count_max} are allowed",
           "Take some out.";
        ar "هنا {count}، والحد الأعلى {count_max}",
           "احذف بعضها.";
    /// Not the name of a host.
    BadHost = "CFG114" Error
        en "`{value}` is not the name of a host",
           "Write it in small letters and without `https://`, such as `files.example.com`; `*.example.com` is all below it, `*` is any.";
        ar "`{value}` ليس اسم خادم",
           "اكتبه بحروف صغيرة وبلا `https://` مثل `files.example.com`، و`*.example.com` لكل ما تحته، و`*` لأي خادم.";
    /// Not a media type.
    BadMediaType = "CFG115" Error
        en "`{value}` is not a media type",
           "Write one such as `image/jpeg` or `application/pdf`, in small letters and without parameters.";
        ar "`{value}` ليس نوع ملف",
           "اكتب مثل `image/jpeg` أو `application/pdf` بحروف صغيرة وبلا إضافات.";

    // ---- FAQ
    /// Two entries with one id.
    DuplicateEntry = "CFG201" Error
        en "the entry `{id}` stands here for the second time",
           "Give one of the two another id, or merge them.";
        ar "المدخل `{id}` مكرر هنا للمرة الثانية",
           "غير معرف أحدهما أو ادمجهما.";
    /// An entry that does not exist.
    UnknownEntry = "CFG202" Error
        en "there is no entry `{id}`",
           "Write the id of an entry of `faq/*.yaml`.";
        ar "لا يوجد مدخل باسم `{id}`",
           "اكتب معرف مدخل موجود في `faq/*.yaml`.";
    /// Neither examples nor patterns.
    NothingToMatch = "CFG203" Error
        en "nothing leads to the entry `{id}`: it has neither examples nor patterns",
           "Add `examples:` as customers really write, in both languages.";
        ar "لا شيء يوصل إلى المدخل `{id}`: لا أمثلة ولا أنماط",
           "أضف `examples:` كما يكتب العملاء فعلا، بالعربية والإنجليزية.";
    /// Fewer wordings than never saying the same twice needs.
    TooFewAnswers = "CFG204" Error
        en "the entry `{id}` has {count} answers in `{language}`; at least 2 are needed",
           "Add another wording: the same text is never sent twice in one episode.";
        ar "للمدخل `{id}` عدد {count} من الإجابات باللغة `{language}`، والمطلوب اثنتان على الأقل",
           "أضف صياغة أخرى: لا يرسل النص نفسه مرتين في المحادثة الواحدة.";
    /// Two wordings that are the same.
    SameAnswer = "CFG205" Error
        en "this wording of the entry `{id}` stands there already",
           "Word it differently: the same text is never sent twice in one episode.";
        ar "هذه الصياغة مكررة في المدخل `{id}`",
           "اكتب صياغة مختلفة: لا يرسل النص نفسه مرتين في المحادثة الواحدة.";
    /// One example under two entries.
    ExampleTwice = "CFG206" Error
        en "the example `{example}` of `{id}` stands under `{other}` too; to the matcher both are one text",
           "Keep it where it belongs, and take it out of the other entry.";
        ar "المثال `{example}` في `{id}` موجود أيضا في `{other}`، وهما نص واحد عند المطابقة",
           "أبقه في مكانه الصحيح واحذفه من المدخل الآخر.";
    /// Fewer examples than a topic needs.
    FewExamples = "CFG207" Warning
        en "the entry `{id}` has {count} examples in all; about 5 to 12 are recognised well",
           "Add more, as customers really write: dialects and Arabizi too.";
        ar "للمدخل `{id}` عدد {count} من الأمثلة، والتمييز الجيد يحتاج من 5 إلى 12 تقريبا",
           "أضف أمثلة كما يكتب العملاء فعلا، باللهجات والعربيزي أيضا.";
    /// A regular expression that is none.
    BadPattern = "CFG208" Error
        en "the pattern `{pattern}` is not a regular expression: {reason}",
           "Put single quotes around patterns; look-around and back-references do not exist here, because every pattern runs in linear time.";
        ar "النمط `{pattern}` ليس تعبيرا نمطيا صحيحا: {reason}",
           "ضع الأنماط بين علامتي اقتباس مفردتين، ولا توجد هنا خصائص النظر حول الموضع ولا الإحالة إلى ما سبق، لأن كل نمط يعمل في زمن خطي.";
    /// A pattern that fits every message.
    PatternMatchesAll = "CFG209" Error
        en "the pattern `{pattern}` fits the empty text, and so every message",
           "Ask for at least one character; often `*` should be `+`.";
        ar "النمط `{pattern}` ينطبق على النص الفارغ، أي على كل رسالة",
           "اطلب حرفا واحدا على الأقل، وكثيرا ما يكون المقصود `+` بدلا من `*`.";
    /// An answer uses a slot that is not declared.
    UnknownSlot = "CFG210" Error
        en "the answer uses `{slot}`, but the entry `{id}` has no slot of that name",
           "Declare it under `slots:`, or correct the name between the braces.";
        ar "تستعمل الإجابة `{slot}` وليس في المدخل `{id}` خانة بهذا الاسم",
           "عرفها تحت `slots:` أو صحح الاسم بين القوسين.";
    /// Two slots with one name.
    DuplicateSlot = "CFG211" Error
        en "the slot `{slot}` is declared twice in the entry `{id}`",
           "Take one of the two out.";
        ar "الخانة `{slot}` معرفة مرتين في المدخل `{id}`",
           "احذف إحداهما.";
    /// A button that leads nowhere new.
    QuickReplyTwice = "CFG212" Error
        en "the quick reply `{id}` leads to the entry itself or stands there already",
           "Offer other entries, each once.";
        ar "الرد السريع `{id}` يعود إلى المدخل نفسه أو مكرر",
           "اعرض مداخل أخرى، كلا منها مرة واحدة.";
    /// A pattern with letters that simplified text never holds.
    PatternNeverFits = "CFG213" Warning
        en "the letter `{letter}` of this pattern never stands in the text it is read against",
           "Patterns are read against simplified text: ا for أ إ آ, ه for ة, ي for ى, no diacritics, digits 0-9.";
        ar "الحرف `{letter}` في هذا النمط لا يرد أبدا في النص الذي يقارن به",
           "تقارن الأنماط بالنص المبسط: ا بدل أ إ آ، وه بدل ة، وي بدل ى، بلا تشكيل، وبالأرقام 0-9.";
    /// A topic that somebody should have looked at again by now.
    ReviewOverdue = "CFG214" Warning
        en "the entry `{id}` was to be reviewed by {date}",
           "Read its answers again; correct them or leave them, and write the date of the next review.";
        ar "المدخل `{id}` كان يجب أن يراجع قبل {date}",
           "اقرأ أجوبته من جديد، وصححها أو أبقها، ثم اكتب موعد المراجعة التالية.";
    /// A placeholder of a fact that the host site is not said to tell.
    UnknownFact = "CFG215" Error
        en "the answer uses the fact `{id}`, which is not in `facts` of `bot.yaml`",
           "List it there if the host site sends it, or correct the name; give other words after `|`.";
        ar "تستعمل الإجابة المعلومة `{id}` وليست في `facts` في `bot.yaml`",
           "أضفها هناك إن كان موقعك يرسلها، أو صحح الاسم، واكتب البديل بعد `|`.";

    // ---- routing
    /// Two queues, agents or skills with one id.
    DuplicateId = "CFG301" Error
        en "`{id}` stands here for the second time",
           "Give one of the two another id.";
        ar "`{id}` مكرر هنا للمرة الثانية",
           "غير معرف أحدهما.";
    /// A queue that does not exist.
    UnknownQueue = "CFG302" Error
        en "there is no queue `{id}`",
           "Write the id of a queue of `routing.yaml`.";
        ar "لا توجد قائمة باسم `{id}`",
           "اكتب معرف قائمة موجودة في `routing.yaml`.";
    /// A skill that is not declared.
    UnknownSkill = "CFG303" Error
        en "there is no skill `{id}`",
           "Write one of `skills:` of `routing.yaml`, or add it there.";
        ar "لا توجد مهارة باسم `{id}`",
           "اكتب واحدة من `skills:` في `routing.yaml` أو أضفها هناك.";
    /// An agent who is not declared.
    UnknownAgent = "CFG304" Error
        en "there is no agent `{id}`",
           "Write the id of an agent of `routing.yaml`.";
        ar "لا يوجد موظف باسم `{id}`",
           "اكتب معرف موظف موجود في `routing.yaml`.";
    /// A handoff reason without a queue.
    MissingReason = "CFG305" Error
        en "the reason `{reason}` has no queue: such a customer would go nowhere",
           "Add `{reason}: { queue: …, priority: … }` under `reasons:`.";
        ar "السبب `{reason}` بلا قائمة، فلن يصل هذا العميل إلى أحد",
           "أضف `{reason}: { queue: …, priority: … }` تحت `reasons:`.";
    /// An emergency that would wait with the rest, or the reverse.
    EmergencyPriority = "CFG306" Error
        en "`{reason}` has the priority `{priority}`: emergencies have `emergency`, and nothing else has",
           "Emergencies go before everything in a band of their own; correct the priority.";
        ar "للسبب `{reason}` الأولوية `{priority}`: للطوارئ وحدها الأولوية `emergency`",
           "الطوارئ قبل كل شيء في فئة خاصة بها، فصحح الأولوية.";
    /// A time zone that does not exist.
    UnknownZone = "CFG307" Error
        en "there is no time zone `{zone}`",
           "Write a name of the IANA list, such as `Asia/Riyadh` or `Africa/Cairo`.";
        ar "لا توجد منطقة زمنية باسم `{zone}`",
           "اكتب اسما من قائمة IANA مثل `Asia/Riyadh` أو `Africa/Cairo`.";
    /// Not a span of opening hours.
    BadHours = "CFG308" Error
        en "`{value}` is not a span of opening hours: {reason}",
           "Write `\"09:00-22:00\"`, several as `[\"09:00-12:00\", \"14:00-18:00\"]`, midnight at the end as `24:00`.";
        ar "`{value}` ليست فترة دوام صحيحة: {reason}",
           "اكتب `\"09:00-22:00\"`، وإن تعددت فهكذا `[\"09:00-12:00\", \"14:00-18:00\"]`، ومنتصف الليل في النهاية `24:00`.";
    /// Queues that fall back on each other.
    FallbackCircle = "CFG309" Error
        en "the fallbacks run in a circle: {circle}",
           "Let one of them have no fallback.";
        ar "قوائم الانتظار البديلة تدور في حلقة: {circle}",
           "اجعل إحداها بلا بديل.";
    /// A queue without any agent declared who could serve it.
    NobodyServes = "CFG310" Warning
        en "no agent declared here can serve the queue `{id}` in `{language}`",
           "Give an agent that language and the skills the queue requires, unless such agents are registered by the API.";
        ar "لا يوجد موظف معرف هنا يستطيع خدمة القائمة `{id}` باللغة `{language}`",
           "أعط موظفا هذه اللغة والمهارات المطلوبة، إلا إذا كان هؤلاء يسجلون عبر الواجهة البرمجية.";
    /// A cost that no declared agent has room for.
    CostAboveCapacity = "CFG311" Error
        en "`{key}` costs {cost}, but no agent declared here holds more than {capacity}",
           "Lower the cost, or give an agent more capacity: such work would never be offered to anybody.";
        ar "كلفة `{key}` هي {cost}، ولا يتسع أي موظف معرف هنا لأكثر من {capacity}",
           "اخفض الكلفة أو زد سعة أحد الموظفين، وإلا فلن يعرض هذا العمل على أحد.";
    /// A list of those on call without anybody in it.
    NobodyOnCall = "CFG312" Error
        en "the list of those on call for `{kind}` is empty: nobody would be rung",
           "Write at least one target, or take the line `{kind}:` out; then nobody is rung, and customers are not told that somebody is.";
        ar "قائمة المناوبين للخطر `{kind}` فارغة، فلن يرن على أحد",
           "اكتب مناوبا واحدا على الأقل، أو احذف السطر `{kind}:` فلا يرن على أحد ولا يقال للعميل غير ذلك.";
    /// A target that can be rung in no way, or in two.
    NoWayToRing = "CFG313" Error
        en "a target on call is rung by exactly one of `webhook` and `command`",
           "Write `webhook: https://…` or `command: [/path/of/program, argument]`.";
        ar "المناوب يرن عليه بطريقة واحدة: `webhook` أو `command`",
           "اكتب `webhook: https://…` أو `command: [/path/of/program, argument]`.";
    /// A webhook that is no address, or one whose words others could read.
    BadWebhook = "CFG314" Error
        en "`{value}` is not an address that may be rung",
           "Write an https address without user and password; http is for this machine alone, such as `http://127.0.0.1:8080/ring`.";
        ar "`{value}` ليس عنوانا يصلح للرنين",
           "اكتب عنوان https بلا اسم مستخدم ولا كلمة مرور، أما http فلهذا الجهاز وحده مثل `http://127.0.0.1:8080/ring`.";
    /// A program that is found only by luck.
    BadProgram = "CFG315" Error
        en "`{value}` is not the whole path of a program",
           "Write it from the root, such as `/usr/local/bin/ring`, and its arguments as further items of the list.";
        ar "`{value}` ليس مسارا كاملا لبرنامج",
           "اكتبه من الجذر مثل `/usr/local/bin/ring`، ومعاملاته عناصر أخرى في القائمة.";
    /// A secret that the environment does not hold.
    SecretUnset = "CFG316" Warning
        en "the environment variable `{name}` is not set here: webhooks are rung without a signature",
           "Set it where Sanad is started; whoever is rung uses the same secret to see that it is you who rings.";
        ar "متغير البيئة `{name}` غير معين هنا، فيرن على العناوين بلا توقيع",
           "عينه حيث يشغل سند، وبالسر نفسه يتحقق المناوب أنكم أنتم من يتصل.";

    // ---- bot and texts
    /// A system text that is not there.
    MissingText = "CFG401" Error
        en "the text `{key}` is missing in `{language}`",
           "Add `{key}:` with its wordings to this file.";
        ar "النص `{key}` ناقص في `{language}`",
           "أضف `{key}:` مع صياغاته إلى هذا الملف.";
    /// A placeholder that nobody fills.
    UnknownPlaceholder = "CFG402" Error
        en "nobody fills `{placeholder}` in the text `{key}`",
           "Filled here: {known}.";
        ar "لا أحد يملأ `{placeholder}` في النص `{key}`",
           "ما يملأ هنا: {known}.";
    /// A placeholder the text makes no sense without.
    MissingPlaceholder = "CFG403" Error
        en "the text `{key}` does not say `{placeholder}`",
           "Put `{placeholder}` where the value belongs: without it the customer is not told the fact.";
        ar "النص `{key}` لا يذكر `{placeholder}`",
           "ضع `{placeholder}` في موضع القيمة، وإلا فلن يعرفها العميل.";
    /// Plural forms without the general one.
    PluralWithoutOther = "CFG404" Error
        en "the plural forms of `{key}` have no `other`",
           "Add `other:`; it is taken for every count without a form of its own.";
        ar "صيغ الجمع في `{key}` ليس فيها `other`",
           "أضف `other:` فهي تؤخذ لكل عدد ليس له صيغة.";
    /// A plural form the language has but the text lacks.
    PluralFormMissing = "CFG405" Warning
        en "the plural forms of `{key}` have no `{form}`, which `{language}` has",
           "Add `{form}:`, or the text sounds wrong for some counts.";
        ar "صيغ الجمع في `{key}` ليس فيها `{form}` وهي من صيغ `{language}`",
           "أضف `{form}:` وإلا بدا النص خاطئا مع بعض الأعداد.";
    /// A brace that is not closed.
    BrokenBrace = "CFG406" Error
        en "a brace in this text is not closed",
           "Write placeholders as `{example}`.";
        ar "في هذا النص قوس لم يغلق",
           "اكتب مواضع القيم هكذا `{example}`.";
    /// Emergencies without anyone to call.
    NoEmergencyContacts = "CFG407" Error
        en "there is nobody to call for `{kind}`: `emergency_contacts.{kind}` is empty",
           "Write what a customer in danger should do, in both languages, and the numbers of your country.";
        ar "لا يوجد من يتصل به العميل عند `{kind}`: القسم `emergency_contacts.{kind}` فارغ",
           "اكتب ما يفعله العميل عند الخطر باللغتين، مع أرقام الطوارئ في بلدك.";
    /// Numbers that the text for the customer does not say.
    ContactNotSaid = "CFG408" Error
        en "the number `{number}` stands under `numbers`, but the `{language}` text does not say it",
           "Write the number into the text: the customer sees only the text.";
        ar "الرقم `{number}` مكتوب تحت `numbers` ولا يذكره النص باللغة `{language}`",
           "اكتب الرقم في النص، فالعميل لا يرى إلا النص.";

    // ---- detectors
    /// A lexicon, weight or threshold that cannot be used.
    BadDetector = "CFG501" Error
        en "the detector cannot be used: {reason}",
           "Correct it as the shipped files of `config/detectors` show.";
        ar "لا يمكن استعمال هذا الكاشف: {reason}",
           "صححه كما في الملفات المرفقة في `config/detectors`.";

    // ---- scripted conversations
    /// A step that is none, or several at once.
    BadStep = "CFG601" Error
        en "a step is one of {known}; here stand: {found}",
           "Write one of them a step.";
        ar "الخطوة واحدة من {known}، والموجود هنا: {found}",
           "اكتب واحدة منها في كل خطوة.";
    /// A script that expects nothing.
    ExpectsNothing = "CFG602" Error
        en "the scripted conversation `{name}` expects nothing, and so proves nothing",
           "Add `expect:` to a step.";
        ar "المحادثة المكتوبة `{name}` لا تتوقع شيئا فلا تثبت شيئا",
           "أضف `expect:` إلى إحدى الخطوات.";
    /// Two scripts with one name.
    DuplicateScript = "CFG603" Error
        en "a scripted conversation with the name `{name}` stands elsewhere already",
           "Give it a name that says what must hold.";
        ar "توجد محادثة مكتوبة أخرى بالاسم `{name}`",
           "سمها بما يجب أن يتحقق.";
    /// A scripted conversation did not go as it must.
    ScriptFailed = "CFG604" Error
        en "the scripted conversation `{name}` does not hold: {key} should be {expected}, but is {found}",
           "If the rules are as you want them, change the line above: the script is yours to adapt, or to delete. Else correct the rules; `sanad explain` shows why.";
        ar "المحادثة المكتوبة `{name}` لم تتحقق: {key} ينبغي أن يكون {expected} وهو {found}",
           "إن كانت القواعد كما تريد فعدل السطر أعلاه، فالمحادثة المكتوبة ملكك تعدلها أو تحذفها. وإلا فصحح القواعد، والأمر `sanad explain` يبين السبب.";
    /// Who is on call, where a script has its own.
    OnCallOfScript = "CFG605" Error
        en "`on_call.{key}` has no effect in a scripted conversation: nobody whom your files name is rung by one",
           "Delete it, and write `on_call:` beside `given:`: who answers a ring, or does not, each once.";
        ar "لا أثر لـ`on_call.{key}` في محادثة مكتوبة: فهي لا ترن على أحد ممن في ملفاتك",
           "احذفه واكتب `on_call:` بجانب `given:`: من يرد على الرنين ومن لا يرد، وكل واحد مرة.";

    // ---- service
    /// Not an address to listen on.
    BadAddress = "CFG701" Error
        en "`{value}` is not an address to listen on: {reason}",
           "Write an IP address and a port, such as `127.0.0.1:50051` or `[::]:50051`.";
        ar "`{value}` ليس عنوانا للاستماع: {reason}",
           "اكتب عنوان IP ومنفذا مثل `127.0.0.1:50051` أو `[::]:50051`.";
}
