//! Everything that can be found, as one table: the stable name, the facts, what is said in both
//! languages, and what to do about it where it is not fine. `{name}` stands for a fact.

use crate::domain::language::Language;

/// Declares the codes: name, facts, words; after `=>` the advice.
macro_rules! codes {
    ($(
        $code:ident $name:literal [$($fact:ident)*]
        en $en:literal $(=> $do_en:literal)?
        ar $ar:literal $(=> $do_ar:literal)?
    ;)+) => {
        /// What was found. What each means is what it says: see [`Code::words`].
        #[allow(missing_docs)] // The words of each say it, in both languages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($code,)+ }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$code),+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Code::$code => $name,)+ }
            }

            /// The names of its facts.
            pub const fn facts(self) -> &'static [&'static str] {
                match self { $(Code::$code => &[$(stringify!($fact)),*],)+ }
            }

            /// What it says, and what to do about it.
            pub const fn words(self, language: Language) -> (&'static str, &'static str) {
                match (self, language) {
                    $(
                        (Code::$code, Language::En) => ($en, concat!("", $($do_en)?)),
                        (Code::$code, Language::Ar) => ($ar, concat!("", $($do_ar)?)),
                    )+
                }
            }
        }
    };
}

codes! {
    ConfigSound "config_sound" [entries scripts version]
        en "config: {entries} entries, {scripts} scripted conversations, version {version}"
        ar "الإعدادات: عدد المداخل {entries}، وعدد المحادثات المكتوبة {scripts}، والإصدار {version}";
    ConfigBroken "config_broken" [problems first]
        en "config: {problems} problems keep it from going live; the first: {first}"
            => "run `sanad check` and correct what it shows; until then the last good rules go on"
        ar "الإعدادات: عدد المشكلات التي تمنع تفعيلها {problems}، وأولها: {first}"
            => "شغّل `sanad check` وصحّح ما يعرضه؛ وتبقى القواعد السابقة سارية حتى ذلك";
    ConfigDoubtful "config_doubtful" [problems first]
        en "config: {problems} warnings; the first: {first}" => "run `sanad check`"
        ar "الإعدادات: عدد التحذيرات {problems}، وأولها: {first}" => "شغّل `sanad check`";
    ScriptsHold "scripts_hold" [scripts]
        en "scripted conversations: all {scripts} hold"
        ar "المحادثات المكتوبة: تحققت كلها ({scripts})";
    ScriptsFail "scripts_fail" [failed scripts first]
        en "scripted conversations: {failed} of {scripts} do not hold; the first: {first}"
            => "run `sanad test` and correct the rules or the script"
        ar "المحادثات المكتوبة: {failed} من {scripts} لم تتحقق؛ أولها: {first}"
            => "شغّل `sanad test` وصحّح القواعد أو المحادثة";
    StoreOpen "store_open" [store buckets]
        en "store: {store}, {buckets} buckets"
        ar "المخزن: {store}، وعدد الأقسام {buckets}";
    StoreRefused "store_refused" [reason]
        en "store: it must not be used as it is: {reason}"
            => "do what the reason says; Sanad refuses to start on it"
        ar "المخزن: لا يصح استعماله على حاله: {reason}"
            => "افعل ما يقوله السبب؛ فسند لا يبدأ عليه";
    DataMissing "data_missing" [folder]
        en "data: the folder {folder} does not exist, so nothing was ever served from it"
            => "name the server's data folder with --data DIR; or begin there: `sanad serve --data {folder}`"
        ar "البيانات: المجلد {folder} غير موجود، فلم يخدم منه أحد قط"
            => "اذكر مجلد بيانات الخادم بـ --data DIR؛ أو ابدأ فيه: `sanad serve --data {folder}`";
    NeverServed "never_served" [folder]
        en "data: nothing was ever served from {folder}: there is no store in it"
            => "name the server's data folder with --data DIR; or begin there: `sanad serve --data {folder}`"
        ar "البيانات: لم يخدم أحد قط من {folder}، فليس فيه مخزن"
            => "اذكر مجلد بيانات الخادم بـ --data DIR؛ أو ابدأ فيه: `sanad serve --data {folder}`";
    StoreAway "store_away" [reason]
        en "store: it does not answer: {reason}"
            => "bring the store back; meanwhile the bot answers and says that nothing is saved"
        ar "المخزن: لا يجيب: {reason}"
            => "أعد المخزن للعمل؛ وإلى ذلك الحين يجيب الرد الآلي ويقول إن شيئًا لا يُحفظ";
    StoreBarred "store_barred" [reason]
        en "store: it is read and takes no writes: {reason}"
            => "do what the reason says; meanwhile the bot answers and says that nothing is saved"
        ar "المخزن: يُقرأ ولا يقبل الكتابة: {reason}"
            => "افعل ما يقوله السبب؛ وإلى ذلك الحين يجيب الرد الآلي ويقول إن شيئًا لا يُحفظ";
    SecretShared "secret_shared" [name]
        en "server.secret: this data folder has the one of the deployment, {name}"
        ar "server.secret: في مجلد البيانات هذا سر المنظومة نفسه، {name}";
    SecretForeign "secret_foreign" [name file]
        en "server.secret: the deployment's is {name}, which is not in {file}: an instance with this data folder refuses to start"
            => "copy server.secret from the data folder of another instance"
        ar "server.secret: سر المنظومة {name} ليس في {file}: ولن تبدأ نسخة بمجلد البيانات هذا"
            => "انسخ server.secret من مجلد بيانات نسخة أخرى";
    KeysDiffer "keys_differ" [files folder]
        en "keys: {files} in {folder} are not those that the other instances take: whoever has such a key is let in here and refused there, or the other way round"
            => "copy the folder of one instance to all of them (a server takes new files within a second); make what is lost everywhere with `sanad key mint ROLE NAME`"
        ar "المفاتيح: {files} في {folder} ليست ما تقبله النسخ الأخرى: فيُقبل صاحب المفتاح هنا ويُرفض هناك، أو العكس"
            => "انسخ مجلد نسخة واحدة إلى الجميع (والخادم يأخذ الملفات الجديدة خلال ثانية)؛ وما فُقد عند الجميع فأنشئه بالأمر `sanad key mint ROLE NAME`";
    ServerAsked "server_asked" [server mode]
        en "server: {server} answers, mode {mode}; it was asked because it has the store open"
            => "see the findings below, and the server's log"
        ar "الخادم: {server} يجيب، والوضع {mode}؛ سُئل لأن المخزن مفتوح عنده"
            => "انظر ما يأتي، وسجل الخادم";
    ServerAway "server_away" [server reason]
        en "server: {server} cannot be asked: {reason}"
            => "name the server with --server URL and its data folder with --data DIR, or start it"
        ar "الخادم: لا يمكن سؤال {server}: {reason}"
            => "اذكر الخادم بـ --server URL ومجلد بياناته بـ --data DIR، أو شغّله";
    RedisVersion "redis_version" [server version policy]
        en "{server}: Redis {version}, maxmemory-policy {policy}"
            => "use Redis 7.0 or newer with `maxmemory-policy noeviction`"
        ar "{server}: إصدار Redis هو {version}، وسياسة الذاكرة {policy}"
            => "استعمل Redis 7.0 أو أحدث مع `maxmemory-policy noeviction`";
    RedisKeeps "redis_keeps" [server fsync]
        en "{server}: append-only file, appendfsync {fsync}"
            => "a crash of the machine may take the last second; `appendfsync always` takes nothing"
        ar "{server}: يكتب ملفًا إلحاقيًا، appendfsync {fsync}"
            => "قد يضيع آخر ثانية بعطل الجهاز؛ ومع `appendfsync always` لا يضيع شيء";
    RedisForgets "redis_forgets" [server]
        en "{server}: no append-only file, a restart forgets every conversation"
            => "set `appendonly yes`"
        ar "{server}: بلا ملف إلحاقي، وإعادة التشغيل تمحو كل المحادثات"
            => "اضبط `appendonly yes`";
    RedisReloads "redis_reloads" []
        en "a restart of Redis brings back everything: its user `default` may do what is in the file"
        ar "إعادة تشغيل Redis تعيد كل شيء: فللمستخدم `default` فيه صلاحية ما في الملف";
    RedisReloadUntold "redis_reload_untold" []
        en "whether a restart of Redis brings back everything is not known: Sanad may not ask what its user `default` may do; nothing is called durable"
            => "give Sanad's user `+acl|dryrun`, and write `user default off ~* &* +@all` in the configuration of Redis"
        ar "لا يُعرف هل تعيد إعادة تشغيل Redis كل شيء: فليس لسند أن يسأل عن صلاحيات المستخدم `default` فيه؛ ولا يوصف شيء بأنه محفوظ حتمًا"
            => "امنح مستخدم سند `+acl|dryrun`، واكتب `user default off ~* &* +@all` في إعدادات Redis";
    RedisReloadBarred "redis_reload_barred" [says]
        en "a restart of Redis drops what Sanad wrote: its user `default` may not do what is in the file ({says})"
            => "write `user default off ~* &* +@all` in its configuration, on replicas too: the user stays shut, and the file is loaded whole"
        ar "إعادة تشغيل Redis تُسقط ما كتبه سند: فليست للمستخدم `default` فيه صلاحية ما في الملف ({says})"
            => "اكتب `user default off ~* &* +@all` في إعداداته وإعدادات النسخ التابعة: فيبقى المستخدم مغلقًا ويُحمَّل الملف كاملًا";
    RedisFileFails "redis_file_fails" [server status]
        en "{server}: the last write of the append-only file failed ({status})"
            => "look at the disk of that server at once: room, permissions, health"
        ar "{server}: فشلت آخر كتابة في الملف الإلحاقي ({status})"
            => "افحص قرص ذلك الخادم فورًا: المساحة والصلاحيات والسلامة";
    RedisMemory "redis_memory" [server used_mb max_mb percent]
        en "{server}: {used_mb} MB of {max_mb} MB used ({percent} %)"
            => "give it more memory, or shorten `retention`; when it is full nothing new is saved: the bot answers and says so"
        ar "{server}: مستعمل {used_mb} م.ب من {max_mb} م.ب ({percent} ٪)"
            => "زد الذاكرة أو قصّر `retention`؛ فإذا امتلأت لم يُحفظ جديد، ويجيب البوت ويقول ذلك";
    RedisMemoryUnbounded "redis_memory_unbounded" [server used_mb machine_mb]
        en "{server}: {used_mb} MB used, no maxmemory, the machine has {machine_mb} MB"
            => "set `maxmemory` below the machine's memory, so that Redis refuses instead of being killed"
        ar "{server}: مستعمل {used_mb} م.ب بلا maxmemory، وفي الجهاز {machine_mb} م.ب"
            => "اضبط `maxmemory` دون ذاكرة الجهاز، ليرفض Redis بدل أن يُقتل";
    RedisReplicas "redis_replicas" [server replicas]
        en "{server}: {replicas} replicas follow"
            => "add a replica: when this server dies nobody can take over"
        ar "{server}: عدد النسخ التابعة {replicas}"
            => "أضف نسخة تابعة: فإذا مات هذا الخادم فلا بديل له";
    DiskRoom "disk_room" [file_mb free_mb reserve_mb]
        en "disk: the store has {file_mb} MB, {free_mb} MB are free, {reserve_mb} MB of them never used"
            => "make room, or shorten `retention`; below the reserve nothing is written"
        ar "القرص: حجم المخزن {file_mb} م.ب، والمتاح {free_mb} م.ب، منها {reserve_mb} م.ب لا تُستعمل"
            => "وسّع المساحة أو قصّر `retention`؛ فدون الاحتياطي لا يُكتب شيء";
    Latency "latency" [p50_ms p99_ms calls]
        en "latency of the checks of a transaction: p50 {p50_ms} ms, p99 {p99_ms} ms ({calls} calls)"
            => "look at the network to the store and at what else runs on its machine"
        ar "زمن فحص المعاملة: الوسيط {p50_ms} مث، و p99 {p99_ms} مث (عدد النداءات {calls})"
            => "افحص الشبكة إلى المخزن وما يعمل معه على الجهاز";
    SlotsReached "slots_reached" [slots]
        en "slots: all {slots} answer"
        ar "الأجزاء: كلها تجيب ({slots})";
    SlotsAway "slots_away" [away slots first reason]
        en "slots: {away} of {slots} do not answer, such as {first}: {reason}"
            => "their conversations stand still, the others go on: bring back the server of these slots"
        ar "الأجزاء: {away} من {slots} لا تجيب، مثل {first}: {reason}"
            => "محادثاتها متوقفة وغيرها مستمر: أعد خادم هذه الأجزاء";
    SlotsLost "slots_lost" [lost slots first reason]
        en "slots: what {lost} of {slots} held is gone, such as {first}: {reason}"
            => "restore a backup of Redis if they matter; until then nothing is written there, and the others go on"
        ar "الأجزاء: ضاع ما كان في {lost} من {slots}، مثل {first}: {reason}"
            => "استعد نسخة احتياطية من Redis إن كانت مهمة؛ وإلى ذلك الحين لا يُكتب فيها شيء وغيرها مستمر";
    Damaged "damaged" [what reason]
        en "store: {what} is damaged: {reason}"
            => "restore it from a backup, or remove that key by hand if it may be lost; everything else goes on"
        ar "المخزن: {what} تالف: {reason}"
            => "استعده من نسخة احتياطية، أو احذف هذا المفتاح بيدك إن جاز ضياعه؛ وما سواه مستمر";
    DamagedInPool "damaged_in_pool" [what reason]
        en "pool: {what} is damaged: {reason}"
            => "restore it from a backup, or remove that key by hand: a conversation's place (i:) is made anew from it (`sanad repair ID --apply`), an agent of the config at the next start, one who was registered must be registered again; everybody else is served"
        ar "الفريق: {what} تالف: {reason}"
            => "استعده من نسخة احتياطية، أو احذف هذا المفتاح بيدك: فمكان المحادثة في الصف (i:) يُنشأ منها (`sanad repair ID --apply`)، والموظف المذكور في الإعدادات عند التشغيل التالي، ومن سُجّل فيُسجَّل من جديد؛ وغيرهم مخدوم";
    Leader "leader" [instance left_ms fence]
        en "matcher: instance {instance} leads, its lease has {left_ms} ms left, fence {fence}"
        ar "الموزّع: تقود النسخة {instance}، وبقي من مدتها {left_ms} مث، والسياج {fence}";
    NoLeader "no_leader" [last since_s]
        en "matcher: nobody leads; {last} did until {since_s} s ago"
            => "start an instance, or look why those that run cannot reach the store"
        ar "الموزّع: لا أحد يقود؛ كانت {last} تقود قبل {since_s} ث"
            => "شغّل نسخة، أو انظر لماذا لا تصل النسخ العاملة إلى المخزن";
    NeverLed "never_led" []
        en "matcher: no instance has ever served this deployment"
            => "start one: `sanad serve` with the same store"
        ar "الموزّع: لم تخدم أي نسخة هذا النظام بعد"
            => "شغّل نسخة: `sanad serve` على المخزن نفسه";
    Outbox "outbox" [owed oldest_s slot]
        en "outbox: {owed} steps wait to be delivered, the oldest for {oldest_s} s, in slot {slot}"
            => "see whether an instance runs and reaches both sides; `sanad repair` delivers one by hand"
        ar "الصادر: عدد الخطوات التي تنتظر التسليم {owed}، أقدمها منذ {oldest_s} ث، في الجزء {slot}"
            => "تأكد أن نسخة تعمل وتصل إلى الجانبين؛ و`sanad repair` يسلّم واحدة بعينها";
    OutboxEmpty "outbox_empty" []
        en "outbox: nothing waits to be delivered"
        ar "الصادر: لا شيء ينتظر التسليم";
    DueInTime "due_in_time" []
        en "timers: nothing is overdue"
        ar "المواعيد: لا شيء متأخر";
    DueOverdue "due_overdue" [entries oldest_s slot]
        en "timers: {entries} entries are overdue, the oldest by {oldest_s} s, in slot {slot}"
            => "no instance does what is due: start one, or look at the log of those that run"
        ar "المواعيد: عدد المتأخر منها {entries}، أقدمها بـ {oldest_s} ث، في الجزء {slot}"
            => "لا نسخة تنفّذ المستحق: شغّل واحدة، أو انظر سجل العاملة";
    NobodyInDanger "nobody_in_danger" [waiting limit_s]
        en "danger: nobody in danger has waited longer than {limit_s} s; waiting now: {waiting}"
        ar "الخطر: لم ينتظر أحد في خطر أكثر من {limit_s} ث؛ عدد المنتظرين الآن: {waiting}";
    InDanger "in_danger" [waiting oldest_s]
        en "danger: {waiting} in danger wait for a person, the longest for {oldest_s} s"
            => "sign in an agent, or take one over with `sanad supervise`; `on_call` in routing.yaml rings somebody"
        ar "الخطر: عدد من ينتظرون زميلًا وهم في خطر {waiting}، أطولهم منذ {oldest_s} ث"
            => "سجّل دخول موظف، أو تسلّم محادثة عبر `sanad supervise`؛ و`on_call` في routing.yaml يرنّ على المناوب";
    NothingParked "nothing_parked" []
        en "parked deliveries: none"
        ar "التسليمات الموقوفة: لا شيء";
    Parked "parked" [entries first because]
        en "parked deliveries: {entries}, such as conversation {first}: {because}"
            => "`sanad admin parked` lists them, `sanad repair CONVERSATION --apply` mends one"
        ar "التسليمات الموقوفة: {entries}، مثل المحادثة {first}: {because}"
            => "`sanad admin parked` يعرضها، و`sanad repair CONVERSATION --apply` يصلح واحدة";
    SidesAgree "sides_agree" [compared]
        en "audit: conversations and pool agree ({compared} compared)"
        ar "التدقيق: المحادثات والفريق متفقان (قورنت {compared})";
    SidesDrift "sides_drift" [differ compared first]
        en "audit: {differ} of {compared} conversations do not agree with the pool, such as {first}"
            => "a running instance mends this within five minutes; `sanad repair CONVERSATION` shows one"
        ar "التدقيق: ما لا يتفق مع الفريق {differ} من أصل {compared}، مثل المحادثة {first}"
            => "تصلحها النسخة العاملة خلال خمس دقائق؛ و`sanad repair CONVERSATION` يعرض واحدة";
    Clock "clock" [apart_ms]
        en "clock: this machine and the store are {apart_ms} ms apart"
            => "let both follow the same time server; keys and customer tokens depend on the clock"
        ar "الساعة: الفرق بين هذا الجهاز والمخزن {apart_ms} مث"
            => "اضبط الاثنين على خادم وقت واحد؛ فالمفاتيح والرموز تعتمد على الساعة";
    StoreClocks "store_clocks" [apart_ms servers]
        en "clocks of the store: {servers} servers, at most {apart_ms} ms apart"
            => "let them follow the same time server: deadlines are told by these clocks"
        ar "ساعات المخزن: عدد الخوادم {servers}، وأكبر فرق {apart_ms} مث"
            => "اضبطها على خادم وقت واحد: فالمواعيد بهذه الساعات";
    Forecast "forecast" [conversations per_day bytes days mb]
        en "memory: {conversations} conversations of {bytes} bytes each; {per_day} a day, kept {days} days, come to {mb} MB"
            => "that is more than there is: give it more, or shorten `retention`"
        ar "السعة: عدد المحادثات {conversations} وحجم الواحدة {bytes} بايت؛ ومعدل {per_day} في اليوم مع مدة حفظ بالأيام {days} يبلغ {mb} م.ب"
            => "هذا فوق المتاح: زد السعة أو قصّر `retention`";
    ForecastOpen "forecast_open" [conversations per_day bytes mb_per_day]
        en "memory: {conversations} conversations of {bytes} bytes each; {per_day} a day add {mb_per_day} MB a day, without end"
            => "set `retention` in service.yaml, so that ended conversations leave the store"
        ar "السعة: عدد المحادثات {conversations} وحجم الواحدة {bytes} بايت؛ ومعدل {per_day} في اليوم يضيف {mb_per_day} م.ب يوميًا بلا نهاية"
            => "اضبط `retention` في service.yaml لتغادر المحادثات المنتهية المخزن";
    ParkedDelivery "parked_delivery" [side refusals because]
        en "the {side} owes a delivery that was refused {refusals} times and waits for a person: {because}"
            => "repair tries it again"
        ar "على {side} تسليم ينتظر إنسانًا، وعدد مرات رفضه {refusals}: {because}"
            => "الإصلاح يعيد المحاولة";
    OwedDelivery "owed_delivery" [side age_s]
        en "the {side} owes a delivery since {age_s} s"
            => "repair makes it now"
        ar "على {side} تسليم منذ {age_s} ث"
            => "الإصلاح يسلّمه الآن";
    SidesDiffer "sides_differ" [conversation pool mend]
        en "the conversation says: {conversation}; the pool says: {pool}"
            => "the larger token wins: repair does `{mend}`"
        ar "المحادثة تقول: {conversation}؛ والفريق يقول: {pool}"
            => "الرمز الأكبر يغلب: الإصلاح ينفّذ `{mend}`";
    OfferStuck "offer_stuck" [agent over_s]
        en "the offer to {agent} ended {over_s} s ago and is still there"
            => "repair ends it; the place in the queue is kept"
        ar "انتهى العرض على {agent} قبل {over_s} ث وما زال قائمًا"
            => "الإصلاح ينهيه؛ والمكان في القائمة محفوظ";
    TimerLost "timer_lost" [of late_s]
        en "the timer of the {of} is lost; it was due {late_s} s ago (less than 0: in the future)"
            => "repair sets it again"
        ar "ضاع موعد {of}؛ كان مستحقًا قبل {late_s} ث (السالب: في المستقبل)"
            => "الإصلاح يضبطه من جديد";
    Unlisted "unlisted" [list]
        en "it is missing in the list `{list}`" => "repair lists it again"
        ar "غير مذكورة في القائمة `{list}`" => "الإصلاح يعيدها إليها";
    LeaseLost "lease_lost" [agent]
        en "agent {agent} holds it and has no lease that could end"
            => "repair gives one that ends now; if the agent is there, their next call renews it"
        ar "الموظف {agent} ممسك بها وليس له مدة حضور تنتهي"
            => "الإصلاح يعطيه مدة تنتهي الآن؛ فإن كان حاضرًا جدّدها نداؤه التالي";
}
