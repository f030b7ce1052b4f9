//! Who is in danger now, what is in danger, and which words of danger are harmless.

use super::*;
use EmergencyKind::{Life, Money, Property};

#[test]
fn danger_is_seen_with_its_kind() {
    let mut wrong = Vec::new();
    for (kind, text) in FIRES {
        let found = danger(text);
        if found != Some(*kind) {
            wrong.push(format!("{text}: {found:?} instead of {kind:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn dangers_with_steps_of_their_own_are_told_apart() {
    use Hazard::{Fire, Gas, SelfHarm, Swallowed};
    for (hazard, text) in [
        (Some(Fire), "my house is on fire"),
        (Some(Fire), "الشاحن ولع وطالع منه دخان"),
        (Some(Gas), "I smell gas in the kitchen"),
        (Some(Gas), "there is a gas leak"),
        (Some(Gas), "ريحة غاز قوية بالمطبخ، في تسريب غاز"),
        (Some(Gas), "fi tasarob ghaz"),
        (Some(Swallowed), "my son swallowed a battery"),
        (Some(Swallowed), "بنتي بلعت بطارية"),
        (Some(SelfHarm), "I want to kill myself"),
        (Some(SelfHarm), "ابي اموت"),
        (None, "she is not breathing"),
        (None, "my father collapsed"),
        (None, "I got an electric shock from the washing machine"),
    ] {
        let assessment = assessed(text, &Window::default(), Timestamp::from_millis(1));
        assert_eq!(assessment.signals.iter().find_map(|it| it.hazard), hazard, "{text}");
    }
}

#[test]
fn danger_is_pointed_at_in_the_customers_words() {
    let texts: Vec<&str> = FIRES.iter().map(|(_, text)| *text).collect();
    check(SignalKind::Emergency, &texts, &[]);
}

#[test]
fn words_of_danger_in_harmless_senses_stay_quiet() {
    check(SignalKind::Emergency, &[], QUIET);
}

const FIRES: &[(EmergencyKind, &str)] = &[
    // English
    (Life, "my house is on fire"),
    (Life, "the charger you sold me caught fire"),
    (Life, "there is smoke coming out of the oven"),
    (Life, "I smell gas in the kitchen"),
    (Life, "I got an electric shock from the washing machine"),
    (Life, "my son swallowed a battery"),
    (Life, "she is not breathing"),
    (Life, "my father collapsed"),
    (Life, "I want to kill myself"),
    (Life, "I don't want to live anymore"),
    (Life, "he is threatening me with a knife"),
    (Life, "someone is trying to break into my house"),
    (Life, "call an ambulance"),
    (Life, "the battery exploded in my hand"),
    (Life, "we are trapped in the elevator"),
    (Life, "this is an emergency"),
    (Money, "my card was stolen"),
    (Money, "someone hacked my account"),
    (Money, "someone is withdrawing money from my account right now"),
    (Money, "I gave him the OTP, I think I was scammed"),
    (Money, "I lost my wallet"),
    (Property, "my kitchen is flooded"),
    (Property, "a pipe burst and water is everywhere"),
    (Property, "they broke in and stole my car"),
    // Standard Arabic
    (Life, "البيت يحترق"),
    (Life, "نشب حريق في المطبخ"),
    (Life, "أشم رائحة غاز"),
    (Life, "ابني ابتلع بطارية"),
    (Life, "والدي فقد الوعي"),
    (Life, "لا أستطيع التنفس"),
    (Life, "أفكر في الانتحار"),
    (Life, "انفجرت بطارية الجوال"),
    (Money, "سُرقت بطاقتي"),
    (Money, "تم اختراق حسابي"),
    (Money, "فقدت محفظتي"),
    (Property, "الماء يغرق البيت"),
    // Gulf
    (Life, "شب حريق عندنا"),
    (Life, "ريحة غاز قوية في البيت"),
    (Life, "ولدي بلع مغناطيس"),
    (Life, "ابوي طاح وما يتحرك"),
    (Life, "الحقوني"),
    (Life, "كهربتني الغسالة"),
    (Life, "ما ابي اعيش"),
    (Life, "واحد يهددني بسكين"),
    (Money, "انسرقت بطاقتي"),
    (Money, "احد قاعد يسحب من حسابي"),
    (Money, "نصبوا علي واخذوا فلوسي"),
    (Money, "حسابي تهكر"),
    (Property, "البيت غرق من المويه"),
    (Property, "انفجرت الماسورة"),
    // Egyptian
    (Life, "البيت بيولع"),
    (Life, "الشاحن طلع دخان"),
    (Life, "ابني شرب كلور"),
    (Life, "ماما وقعت ومش بتتنفس"),
    (Life, "عايز اموت نفسي"),
    (Life, "اتكهربت من الخلاط"),
    (Money, "الفيزا اتسرقت"),
    (Money, "اتنصب عليا"),
    (Money, "حد دخل على حسابي وسحب فلوسي"),
    (Property, "الشقة غرقت ميه"),
    // Levantine
    (Life, "البيت عم يحترق"),
    (Life, "في ريحة غاز"),
    (Life, "ابني بلع قطعة"),
    (Life, "ما عم اقدر اتنفس"),
    (Life, "جوزي عم يضربني"),
    (Life, "بدي موت"),
    (Money, "نسرقت محفظتي"),
    (Money, "حدا سحب مصاري من حسابي"),
    (Property, "المي عم تنزل من السقف"),
    // Arabizi
    (Life, "el beit by7tere2"),
    (Life, "fi 7aree2 3andna"),
    (Life, "re7et ghaz fel beit"),
    (Life, "ebni bala3 battariya"),
    (Life, "el7a2oni"),
    (Life, "3ayez amoot"),
    (Money, "elvisa etsara2et"),
    (Money, "etnasab 3alaya"),
    (Money, "insara2et ma7fazti"),
    (Property, "el sha2a ghere2et mayya"),
    // The same dangers in other words
    (Life, "the roof has collapsed on the workers"),
    (Life, "السقف نهار على العمال"),
    (Life, "الدبة انفجرت بالمطبخ"),
    (Life, "المطبخ بيولع الحقونا"),
    (Life, "عقرب لدغتها عقرب برجلها"),
    (Life, "ما بدي ضل عايشة"),
    (Life, "el ma7al byewla3"),
    (Life, "jozi byedrobni kol yom"),
    (Life, "محبوسين بالمصعد من نص ساعة"),
    (Money, "someone opened a loan in my name today"),
    (Money, "حد بيسحب من حسابي دلوقتي"),
    (Money, "sor2at karti el yom"),
    (Property, "المجاري طفحت في الصالة"),
];

const QUIET: &[&str] = &[
    // English
    "do you have the fire tv stick",
    "is the smoke grey colour available",
    "what a killer deal",
    "I want to burn a CD",
    "burn calories fast",
    "your sale is on fire",
    "shock absorber for my car",
    "how much is the gas stove",
    "bath bomb set",
    "I am dying to try it",
    "my phone died, which charger fits",
    "this price is a steal",
    "do you sell first aid kits",
    "I lost my password",
    "I lost my receipt",
    "flood light 50w",
    "smoke detector price",
    "what if my card gets stolen?",
    "is it covered against theft?",
    "emergency exit light",
    "this is not an emergency",
    "kids section sizes",
    "life hacks book",
    // Standard Arabic
    "عرض ناري",
    "أسعار نار هذا الأسبوع",
    "حرق الأسعار",
    "طفاية حريق كم سعرها",
    "لون رمادي دخاني",
    "ماذا لو ضاعت بطاقتي",
    "نسيت كلمة السر",
    "ضيعت رقم الطلب",
    "تأمين ضد السرقة",
    "حقيبة إسعافات أولية",
    "قاتل حشرات",
    // Gulf
    "عروضكم نار",
    "بموت في هالعطر",
    "فاير ستيك متوفر؟",
    "السعر يذبح",
    "ضاع طلبي وين وصل",
    "انصدمت من السعر",
    // Egyptian
    "اسعاركم نار",
    "هموت من الضحك",
    "طقم سكاكين مطبخ",
    "غرقان في الشغل متى توصلوا",
    "عايز فرن غاز",
    // Levantine
    "عروض مولعة",
    "بموت عليه هالفستان",
    "مسدس شمع",
    "جرة غاز قديش",
    // Arabizi
    "as3ar nar",
    "bamoot fi hal fostan",
    "3ard nari",
    "daya3t el password",
    // Lost on the way, found again, or kept by a machine
    "is my card lost in the post?",
    "the atm took my card, when do i get it back",
    "lost card found, can i use it again?",
    "where is the emergency department",
    "هل ضاعت بطاقتي في البريد؟",
    "الصراف بلع بطاقتي",
    "وين قسم الطوارئ",
    "كيف بيحول التطبيق المصاري؟",
];
