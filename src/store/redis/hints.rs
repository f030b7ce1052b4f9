//! What to do about it when servers cannot be used: each cause has its own advice, found by what the
//! server or the client says.

use super::address::{Address, Shape};
use super::attempt::lacks_right;
use super::reloading::RIGHTS;

/// Advice in English and in Arabic.
type Advice = (&'static str, &'static str);

const DISK: Advice = (
    "its disk is full or its file cannot be written: make room, look at the log of Redis, \
     and run `redis-cli BGSAVE`, or BGREWRITEAOF where the append-only file is named",
    "امتلأ قرصه أو تعذّرت كتابة ملفه: أفسح مكانًا، وانظر في سجل Redis، ونفّذ `redis-cli \
     BGSAVE`، أو BGREWRITEAOF إن ذُكر ملف الإلحاق",
);
const REPLICAS: Advice = (
    "fewer replicas follow than `min-replicas-to-write` asks for: bring them back; \
     `redis-cli INFO replication` lists them",
    "النسخ التابعة أقل مما يطلبه `min-replicas-to-write`: أعدها للعمل؛ ويعددها `redis-cli \
     INFO replication`",
);
const ISSUER: Advice = (
    "whoever signed the server's certificate is not known here; write ?ca=FILE with their \
     certificate (PEM)",
    "من وقّع شهادة الخادم غير معروف هنا؛ اكتب ?ca=FILE وفيه شهادته (PEM)",
);
const CERTIFICATE: Advice = (
    "the server's certificate is not good for this host; write the host by the name that \
     stands in it, or renew it",
    "شهادة الخادم لا تصلح لهذا المضيف؛ اكتب المضيف بالاسم المذكور فيها، أو جدّدها",
);
const CA_FILE: Advice = (
    "name a PEM file that is there and that the account Sanad runs under may read",
    "اذكر ملف PEM موجودًا يستطيع الحساب الذي يعمل به سند قراءته",
);
const PASSWORD: Advice = (
    "the server wants a password: redis://user:password@HOST",
    "يطلب الخادم كلمة مرور: redis://user:password@HOST",
);
const WRONG_PASSWORD: Advice = (
    "user or password of the URL is not right; signs such as @ and / are written %40 and \
     %2F",
    "المستخدم أو كلمة المرور في العنوان غير صحيح؛ وتُكتب الرموز مثل @ و / هكذا: %40 و %2F",
);
const NO_MASTER: Advice = (
    "write the name that the Sentinels have for the server; `redis-cli -p 26379 SENTINEL \
     MASTERS` lists the names",
    "اكتب الاسم الذي تعرف به خوادم Sentinel هذا الخادم؛ ويعدد الأسماء `redis-cli -p 26379 \
     SENTINEL MASTERS`",
);
const NO_SENTINEL: Advice = (
    "are the Sentinels running, and are these their addresses?",
    "هل تعمل خوادم Sentinel، وهل هذه عناوينها؟",
);
const CLUSTER_DOWN: Advice = (
    "the cluster lacks a majority of its masters, or a server for part of its hash slots; \
     `redis-cli CLUSTER INFO` and `redis-cli --cluster check` tell which",
    "تنقص العنقود أغلبية خوادمه الرئيسة، أو خادم لبعض أجزائه؛ ويبيّن ذلك `redis-cli \
     CLUSTER INFO` و `redis-cli --cluster check`",
);
const READ_ONLY: Advice = (
    "this server is a replica; write the address of its master, or that of Sentinels \
     (redis-sentinel://HOST,HOST/NAME)",
    "هذا الخادم نسخة تابعة؛ اكتب عنوان خادمها الرئيس، أو عنوان خوادم Sentinel \
     (redis-sentinel://HOST,HOST/NAME)",
);
const LOADING: Advice = (
    "the server still reads its files; try again when it has",
    "ما زال الخادم يقرأ ملفاته؛ حاول بعد أن يفرغ",
);
const NO_TLS: Advice = (
    "the server does not speak TLS on this port; write redis… for rediss…",
    "لا يتكلم الخادم TLS على هذا المنفذ؛ اكتب redis… بدل rediss…",
);
const CLUSTER_AWAY: Advice = (
    "is the cluster running, and can all of its nodes be reached from here?",
    "هل يعمل العنقود، وهل يمكن الوصول من هنا إلى كل خوادمه؟",
);
const AWAY: Advice =
    ("is it running, and can it be reached from here?", "هل يعمل، وهل يمكن الوصول إليه من هنا؟");

const ADVICE: [Advice; 15] = [
    DISK,
    REPLICAS,
    ISSUER,
    CERTIFICATE,
    CA_FILE,
    PASSWORD,
    WRONG_PASSWORD,
    NO_MASTER,
    NO_SENTINEL,
    CLUSTER_DOWN,
    READ_ONLY,
    LOADING,
    NO_TLS,
    CLUSTER_AWAY,
    AWAY,
];

/// Parts of what is said before the advice; the longer ones first.
const PHRASES: [Advice; 10] = [
    ("the server does not answer in time", "لا يجيب الخادم في الوقت المحدد"),
    ("Redis refuses writes: ", "يرفض Redis الكتابة: "),
    (" cannot be reached: ", " لا يمكن الوصول إليه: "),
    (" does not answer", " لا يجيب"),
    ("no connection in time", "لم يتم الاتصال في الوقت المحدد"),
    ("no Sentinel says who leads", "لا يخبر أي خادم Sentinel بمن يقود"),
    ("the user ", "المستخدم "),
    (" lacks a right", " ينقصه حق"),
    (" (here `", " (وهو هنا `"),
    ("; it needs `", "؛ ويلزمه `"),
];

/// What is said of a server that answers and takes no writes.
pub fn refusing(address: &Address, reason: &str) -> String {
    format!("Redis refuses writes: {reason}; {}", hint(address, reason))
}

/// What to do about this reason.
pub fn hint(address: &Address, reason: &str) -> String {
    let says = reason.to_lowercase();
    let has = |part: &str| says.contains(part);
    let (advice, _) = match () {
        () if has("misconf") => DISK,
        () if has("noreplicas") => REPLICAS,
        () if lacks_right(reason) => return no_right(address, reason),
        () if has("unknownissuer") => ISSUER,
        () if has("invalidcertificate") || has("notvalidforname") => CERTIFICATE,
        () if has("file of ?ca=") => CA_FILE,
        () if has("noauth") || has("authentication required") => PASSWORD,
        () if has("wrongpass") || has("authentication failed") || has("invalid password") => {
            WRONG_PASSWORD
        }
        () if has("no such master") => NO_MASTER,
        () if has("no sentinel") => NO_SENTINEL,
        () if has("clusterdown") || has("cluster is down") || has("no connections found") => {
            CLUSTER_DOWN
        }
        () if has("readonly") => READ_ONLY,
        () if has("loading") => LOADING,
        () if address.tls && (has("invalidcontenttype") || has("corrupt message")) => NO_TLS,
        () if address.shape == Shape::Cluster => CLUSTER_AWAY,
        () => AWAY,
    };
    advice.to_owned()
}

/// What was said of servers that cannot be used, for who reads Arabic. What servers and libraries say
/// themselves stays as it is.
pub fn in_arabic(told: &str) -> String {
    let ours = ADVICE.iter().chain(&PHRASES);
    ours.fold(told.to_owned(), |told, (en, ar)| told.replace(en, ar))
}

/// Names the right that is missing, where the server names the command.
fn no_right(address: &Address, reason: &str) -> String {
    // Within a script no command is named, and an apostrophe stands for something else.
    let named = reason.split('\'').nth(1).filter(|word| !word.contains(' '));
    let command = named.map(|command| format!(" (here `+{command}`)"));
    format!(
        "the user {} lacks a right{}; {}",
        if address.user().is_empty() { "default" } else { address.user() },
        command.unwrap_or_default(),
        needed(address)
    )
}

/// The rights that a user needs.
pub fn needed(address: &Address) -> String {
    format!("it needs `{}`", RIGHTS.replace("P:", &format!("{}:", address.prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_store_is_away_is_said_in_arabic_and_names_what_was_asked() {
        for (advice, expected) in ADVICE {
            assert_eq!(in_arabic(advice), expected);
        }
        let told = "redis://h:1/0 under x: cannot be reached: Connection refused (os error 111); is it \
                    running, and can it be reached from here?";
        let arabic = in_arabic(told);
        assert!(!arabic.contains("reached") && !arabic.contains("running"), "{arabic}");
        assert!(arabic.contains("redis://h:1/0") && arabic.contains("(os error 111)"), "{arabic}");
    }

    #[test]
    fn every_cause_has_its_own_advice() {
        let check = |url: &str, reason: &str, expected: &str| {
            let told = hint(&Address::parse(url).unwrap(), reason);
            assert!(told.contains(expected), "{reason}: {told}");
            let arabic = in_arabic(&told);
            let words = arabic.split(' ').filter(|word| {
                let word = word.trim_matches([',', ';', '?', '(', ')']);
                ["the", "is", "it", "are", "and", "of", "its", "lacks"].contains(&word)
            });
            assert_eq!(words.count(), 0, "{arabic}");
        };
        let one = "redis://shop:secret@h?prefix=shop";
        let right = "NOPERM: this user has no permissions to run the 'config|get' command";
        check(
            one,
            right,
            "user shop lacks a right (here `+config|get`); it needs `~shop:* &shop:*",
        );
        check("redis://h", "MISCONF: Redis is configured to save RDB snapshots", "BGSAVE");
        check(
            "redis://h",
            "NOREPLICAS: Not enough good replicas to write",
            "min-replicas-to-write",
        );
        let within = "ERR: The user executing the script can't run this command or subcommand";
        check("redis://h", within, "user default lacks a right;");
        check("redis://h", "NOPERM: No permissions to access a key", "user default lacks a right;");
        check("rediss://h", "invalid peer certificate: UnknownIssuer", "?ca=FILE");
        check("rediss://h", "InvalidCertificate(NotValidForName)", "not good for this host");
        check("rediss://h", "the file of ?ca= cannot be used: x.pem: no such file", "PEM file");
        check(
            "rediss://h",
            "received corrupt message of type InvalidContentType",
            "redis… for rediss…",
        );
        check(one, "WRONGPASS: invalid username-password pair", "%40");
        check(one, "Password authentication failed - AuthenticationFailed", "not right");
        check("redis://h", "NOAUTH: Authentication required.", "user:password@");
        check("redis://h", "READONLY: You can't write against a read only replica.", "a replica");
        let sentinel = "redis-sentinel://h/desk";
        check(sentinel, "no Sentinel answers: refused", "running");
        check(sentinel, "No such master with that name", "SENTINEL MASTERS");
        check("redis-cluster://h", "CLUSTERDOWN: The cluster is down", "CLUSTER INFO");
        let slotless = "No connections found for multi-node operation - ClusterConnectionNotFound";
        check("redis-cluster://h", slotless, "CLUSTER INFO");
        check("redis-cluster://h", "no connection in time", "all of its nodes");
        check("redis://h", "LOADING: Redis is loading the dataset in memory", "reads its files");
        check("redis://h", "Connection refused (os error 111)", "is it running");
    }
}
