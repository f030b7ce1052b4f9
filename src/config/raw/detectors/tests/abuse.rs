//! Who insults or threatens us, and who swears at things or speaks of animals.

use super::*;

#[test]
fn insults_and_threats_fire() {
    check(SignalKind::Abuse, FIRES, &[]);
}

#[test]
fn animals_things_and_plain_anger_stay_quiet() {
    check(SignalKind::Abuse, &[], QUIET);
}

const FIRES: &[&str] = &[
    // English
    "you are an idiot",
    "you stupid bot",
    "fuck you",
    "bunch of idiots",
    "go to hell",
    "shut up",
    "you're all morons",
    "I will find you and beat you",
    "idiots!",
    // Arabic
    "أنت غبي",
    "يا حمار",
    "أغبياء",
    "الله يلعنكم",
    "يا كلب",
    "انتم حيوانات",
    "انقلع",
    "كل تبن",
    "يا ثور",
    "يا ابن الكلب",
    "انتو بهايم",
    "غور في داهية",
    "يا متخلف",
    "يلعن شكلك",
    "يا جحش",
    "بكسر راسك",
    // Arabizi
    "ya 7mar",
    "enta ghabi",
    "ya kalb",
    "yel3an abook",
    "ya 7ayawan",
];

const QUIET: &[&str] = &[
    // English
    "do you sell dog food",
    "can I bring my dog",
    "this is a stupid question but how do I pay",
    "I feel so stupid, I typed the wrong address",
    "you are not an idiot",
    "where is my order",
    "this is ridiculous",
    "trash bags 50 litres",
    "the app is dumb",
    "clown costume for kids",
    "what a sick deal",
    "your service is terrible",
    "fool proof lock?",
    // Arabic
    "طعام كلاب",
    "عندي كلب صغير أبغى له سرير",
    "لحم بقري طازج",
    "خدمة سيئة جدا",
    "أنا غبي كتبت العنوان غلط",
    "سؤال غبي بس كيف ادفع",
    "كيس زبالة",
    "برج الثور",
    "زهقت منكم",
    "محد يرد علي",
    "لعبة حيوانات",
    "حليب بقر",
    // Arabizi
    "akl kelab",
    "wen talabi",
    "zehe2t menkom",
];
