//! The phrases of social acts, in Modern Standard, Gulf, Egyptian, Levantine, Iraqi and Maghrebi Arabic, in
//! Arabizi and in English.

use super::phrase_list::{Phrases, phrases};
use super::social::SocialAct;
use std::sync::LazyLock;

/// Each act and the phrases that perform it.
pub(super) static ACTS: [(SocialAct, &Phrases); 5] = [
    (SocialAct::Greeting, &GREETING),
    (SocialAct::Thanks, &THANKS),
    (SocialAct::Goodbye, &GOODBYE),
    (SocialAct::Acknowledgement, &ACKNOWLEDGEMENT),
    (SocialAct::Attention, &ATTENTION),
];

/// Hello.
pub(super) static GREETING: Phrases = phrases!(
    "السلام عليكم; سلام عليكم; السلام عليكم ورحمه الله; سلام; سلامات; عليكم السلام; وعليكم السلام; وعليكم السلام \
     ورحمه الله; ورحمه الله; ورحمه الله وبركاته; وبركاته; رحمه الله; تعالي وبركاته; مرحبا; مرحبا بكم; مرحبتين; \
     مراحب; يا مرحبا; اهلا; اهلا وسهلا; اهلا بك; اهلا بيك; اهلين; اهلين وسهلين; وسهلا; هلا; هلا والله; هلا وغلا; \
     هلا بيك; يا هلا; ياهلا; حياك الله; حياكم الله; الله يحييك; صباح الخير; صباح النور; صباح الورد; صباح الفل; \
     صباحو; صباحكم سعيد; مساء الخير; مساء النور; مساء الورد; مسا الخير; مسا النور; مساء الفل; مساكم الله بالخير; \
     الله يمسيكم بالخير; الله يصبحكم بالخير; يسعد صباحك; يسعد مساك; يسعد صباحكم; يسعد مساكم; صبحكم الله بالخير; \
     تحيه طيبه; تحياتي; هاي; هلو; هالو; كيف الحال; كيف حالك; كيف حالكم; كيفك; كيفكم; كيفكن; كيف صحتك; شلونك; \
     شلونكم; شلون الحال; شخبارك; شخباركم; اخبارك; اخبارك ايه; اخباركم; ايش اخبارك; وش اخبارك; شو اخبارك; عامل ايه; \
     عامله ايه; عاملين ايه; ازيك; ازيكم; ازي الحال; كيداير; كي داير; كيف داير; لاباس; لا باس; لاباس عليك; واش \
     لاباس; شنو الاخبار; شن الجو; عسلامه; رمضان كريم; رمضان مبارك; عيد مبارك; عيدكم مبارك; كل عام وانتم بخير; كل \
     سنه وانتم طيبين; جمعه مباركه; يومك سعيد; نهارك سعيد; ان شاء الله بخير; عساك بخير; عساكم بخير; طاب يومك; طاب \
     مساوك; وينك; هلا فيك; هلا فيكم; يا اهلا; سلامو عليكو; السلامو عليكم; السلام; السلام عليكم والرحمه; عليكم \
     السلام والرحمه; والرحمه; مرحبا (بيك|بيكم|مليون|فيك|فيكم); مليون مرحبا; مراحب; (هلا|هله|يا \
     هلا|ياهلا|هلاوات|اهلا) (بيك|بيكم|فيك|فيكم|بالغالي|بالغالين|ومسهلا|ومرحبا|بالطيب|بالحبيب|بالزين|بالجميع); هله; \
     هلاوات; (حي|الله حي) الله; الله (حيه|حيك|حيكم|حياك|حياكم); حياكم; حياك; حياكم الله جميعا; (الله|ربي) بالخير; \
     الله بالخير عليكم; (شلونج|شلونچ|اشلونك|اشلونكم|شونك|شونكم|شلونكن|شلونها الاحوال); \
     (شخبارج|شخبارچ|شخباركن|علومك|علومكم|وش علومك|وش علومكم|ايش علومك|علوم); (كيف|كيفها|شلون) \
     (الامور|امورك|اموركم|احوالك|احوالكم|الاحوال|الصحه|صحتك|صحتكم|حالك اليوم|الدنيا); كيف (حالك|حالكم) اليوم; \
     (كيفك|كيفكم|كيفكن) اليوم; (ازيكو|ازيكن|ازي حضرتك|ازاي الحال|ازيك عامل ايه|عامل اي|عامله اي|عاملين اي|عامل ايه \
     النهارده|ايه الاخبار|ايه اخبارك|ايش الاخبار|شو الاخبار|شو في ما في|شكو ماكو|شو عامل); (شنو|شنوه|واش|شني|شن) \
     (اخبارك|احوالك|احوالكم|الاخبار|حالك); (شنحوالك|شحالك|شنحالك|واش راك|واش راكم|كيفاش راك|كيراك|لاباس عليكم|كي \
     داير لاباس|عالسلامه|على سلامتك); سعيده; خوتي; صباح \
     (الياسمين|العسل|القشطه|السكر|الخيرات|العافيه|الانوار|الرضا|معطر|العطر|الجمال|السعاده|الحب|مشرق|سعيد|خير|النور \
     والسرور); \
     (صباحك|صباحكم|صباحكن|صبحكم|مساك|مساكم|مسائك|مسائكم|مساءك|مساءكم|مساوك|مساوكم|نهارك|نهاركم|يومكم|اوقاتكم|اوقاتك) \
     (خير|خيرات|سكر|عسل|فل|ورد|سعيد|سعيده|طيب|طيبه|نور|مبارك|الله بالخير|الله بالخيرات|بالخير); مساء \
     (الياسمين|العسل|السكر|الخيرات|العافيه|الانوار|الرضا|الجمال|السعاده|الحب|سعيد|خير|معطر); \
     (صبحك|صبحكم|مسيك|مسيكم|مساك|مساكم|صباحكم) الله (بالخير|بالخيرات); (مسيك|مسيكم|صبحك|صبحكم) بالخير; مسالخير; مسا \
     الفل; مسا الورد; مسا الياسمين; صباحالخير; (يسعد|يسعدلي|يسعدلي هال|اسعد الله|الله يسعد|يا يسعد) \
     (صباحك|صباحكم|صباحكن|مساك|مساكم|مساكن|مساءكم|مساءك|اوقاتك|اوقاتكم|اوقاتكن|ايامك|ايامكم); (طاب|طابت|طيب الله) \
     (يومك|يومكم|مساوكم|مساوك|مسائكم|اوقاتك|اوقاتكم|صباحكم|صباحك); (الله|ربي|ربنا) (يصبحك|يصبحكم|يمسيك|يمسيكم) \
     (بالخير|بالخيرات|بالنور|بكل خير); تحيه طيبه وبعد; وبعد; تحيه; تحيه عطره; \
     (هايات|هايو|بونجور|بنجور|بونسوار|هالوو|هلوز); (الله|ربنا|ربي) \
     (يقويك|يقويكم|يقويكي|يعينك|يعينكم|يساعدك|يساعدكم|يعطيك القوه|يعطيكم القوه); (قواك|قواكم|قوي) الله; \
     (قوه|قوك|قوكم|قويت|العوافي|عوافي|العافيه|يا عافيه|الله يعطيكم القوه|صح لسانك); (مبارك|مبروك) عليك(|م) \
     (الشهر|العيد|رمضان); (كل عام|كل سنه|كل سنة) (وانت|وانتم|وانتو|وانتي|وحضرتك|وانتوا|و انت|و انتم|و انتو) \
     (بخير|طيب|طيبين|طيبه|بالف خير|سالمين); (عيدكم|عيدك) (مبارك|سعيد); (عيد|جمعه|شهر|عام|سنه|صباح) \
     (سعيد|سعيده|مبارك|مباركه); (عساك|عساكم) من (عواده|العايدين|عواديه); من العايدين; (تقبل|يتقبل) الله (طاعتكم|منا \
     ومنكم|طاعاتكم|صيامكم|منكم|صالح الاعمال); (ينعاد|ينعاد عليك|ينعاد عليكم) (بالخير|بالصحه|عليكم|عليك); (ان شاء \
     الله|انشالله|عسى|اتمنى) (تكونون|تكونوا|تكون|تكوني|انكم|انك) (بخير|طيب|طيبين|بالف خير|بصحه وعافيه); \
     (hullo|hlo|hllo|hai|heyo|heyyo|hey ya|hi ya|g morning|gd morning|good mornin|good eve|good evng|gud \
     morning|gud evening|gdm|mornin|dear team|dear all|dear sir or madam|dear sir|dear \
     support|hola|bonjour|bonsoir|salut|namaste|aloha|buenos dias|top of the morning|long time no see|good to see \
     you|nice to see you); how (are|r) (you|u|ya) (doing|today|all|guys|doing today); (i|) hope \
     (you|u|all|everyone|youre|you re) (are|is|r|re|) (well|fine|good|okay|ok|doing well|doing good|great) (today|) \
     (and safe|); (i|) hope (this|my) (message|email) finds you well; (happy|merry|blessed) (eid|new \
     year|christmas|holidays|ramadan|friday|easter|weekend|monday|diwali) (to you|to all|everyone|); \
     (jumma|jumuah|juma|jummah) mubarak; hi; hello; helo; hallo; hey; heya; heyy; hii; hiya; howdy; yo; greetings; \
     good morning; good afternoon; good evening; good day; gm; morning; evening; afternoon; how are you; how are \
     you doing; how are you today; how r u; how are u; how is it going; hows it going; how do you do; whats up; \
     what is up; sup; wassup; nice to meet you; hope you are well; hope you are doing well; hope youre well; \
     (hi|hello|good morning|good afternoon|good evening) to you;",
    "salam; salaam; slm; salamo; salamou; salamo alaikom; salam alaikum; salam alaikom; salam alaykom; salam \
     alaykum; salam 3alaikom; salam 3alaykom; salam 3alaykum; salam 3alikom; salam 3leikom; assalam alaikum; \
     assalamu alaikum; assalam alaykom; assalamu alaykum; asalam alaikum; el salam 3alaykom; alsalam alaikum; \
     alsalam alaykum; al salam alaikum; alsalam 3alaikom; alsalam 3alaykom; wa rahmatullah; wa rahmatu allah; w \
     ra7met allah; wa barakatuh; w barakato; marhaba; mar7aba; mrhba; merhaba; ahlan; ahlan wa sahlan; ahlan w \
     sahlan; ahlen; ahlein; ahleen; 9aba7 el5er; 9aba7 el5air; 9aba7 el 5er; 9aba7 el 5air; 9aba7 al5air; 9aba7 \
     al5er; 9aba7 el noor; saba7 el 5er; saba7 el 5eer; saba7 el 5air; saba7 el5eer; saba7 el5air; saba7 al5er; \
     sabah el 5er; sabah el 5eer; sabah el5er; sabah elkheir; saba7 elkheir; saba7 elnoor; saba7 el nour; masa2 el \
     5er; masa2 el 5eer; masa2 el 5air; masa2 el5eer; masa2 el5air; masa el 5er; masa el 5eer; masa el5er; masa2 \
     elkheir; masa2 elnoor; masa2 el noor; masa2 el nour; hala; hala wallah; hala walla; hala w ghala; ya hala; \
     saba7 el5er; saba7 el kheir; saba7 el khair; saba7o; sabah el kheir; sabah alkhair; sabah el khair; sabah al \
     khair; saba7 alkhair; saba7 al5air; saba7 el noor; sabah el noor; sabah alnoor; masa2 el kheir; masa2 el5er; \
     masa el kheir; masa el khair; masaa el kheir; masa alkhair; masa2 alkhair; masa el noor; kifak; kifik; kefak; \
     kefik; keifak; kifkom; kif el 7al; kif elhal; keef al7al; kef al7al; kaif alhal; shlonak; shlonek; shlonkom; \
     shlonk; izayak; izayek; ezayak; ezayek; ezzayak; 3amel eh; 3amla eh; akhbarak; akhbarak eh; la bas; labas; \
     ramadan kareem; ramadan mubarak; eid mubarak; wenak; salam 3alaikum; assalamualaikum; as salam alaikum; \
     essalamu 3aleikum; alsalam 3lykm; slm 3lykm; slam 3likom; asalamu alaikum wr wb; wr wb; wa 3alaykom essalam; \
     wa alaikum salam; w 3alaikom el salam; 3alaykom el salam; mar7abten; mara7eb; mar7aba bik; ahlan \
     (bik|beek|feek|bikom|fik); ahlein (feek|fik); hala (feek|fik|bik|wa ghala|wallah|hala); ya hala feek; halaa; \
     sba7o; 9ba7o; 9aba7o; sabahoo; (saba7|sabah|sba7|9aba7|9ba7|9abah|sbah|9bah) (el|al|l|) \
     (5er|5air|5eer|kher|kheir|khair|kheer|noor|nour|ful|fol|foll|ward|yasmeen|yasmin|3asal|ishta); \
     (masa|masa2|msa|msa2|masaa|massa) (el|al|l|) \
     (5er|5air|5eer|kher|kheir|khair|kheer|noor|nour|ful|fol|ward|yasmeen); (yes3ed|y3es3ed|ysa3ed|yis3id|ys3d) \
     (sabahak|sba7ak|saba7ak|sabahkom|masak|masakom|awqatak|aw2atak); ezayko; ezaykom; ezayku; izzayak; izayko; \
     ezzay el 7al; 3amel (eih|eh|aih|ay); 3amla eih; 3amleen (eh|eih|aih); a5barak; a5bark; a5bark eih; akhbarak \
     eih; eh el akhbar; kifkon; kifkun; keefak; kefkom; (keef|kif|kaif|kef) (7alak|halak|7alkom|halkom|al7al|el \
     7al|el hal|el omoor|el sa77a|7al|sa7tak); shloonak; shlonik; shlonich; ishlonak; eshlonak; chlonak; chlonkom; \
     sh5barak; shakhbarak; sh5bark; sh5barkom; (shu|sho|wesh|esh|eish|shno|shnu|wsh) \
     (akhbarak|a5barak|akhbar|a5barkom|3lomak|3loomak|3lomkom|el akhbar|7alak); shaku maku; labas 3lik; la bes; \
     lebes; ki dayer; kidayer; kif dayer; wach rak; wash rak; kirak; ki rak; 3aslama; aslema; 3asslema; khouya; \
     5ouya; khoya; khoyi; (7ayyak|7ayak|hayak|hayyak|7ayakom|7ayyakom) allah; allah \
     (y7ayeek|y7ayyik|yhayik|y7ayik); 7ayak; 7ayakom; allah (bel5er|belkheir|bel kheir|bil5eir); (eid|3eed|3id|aid) \
     (mubarak|mobarak|mbarak|sa3id); ramadan (kreem|karim|mobarak); kol (sana|sena|3am|aam) (w|wa|) \
     (enta|inta|ento|entom|antom|intu|enty|7adretak) (tayeb|tayyeb|tayebeen|tayba|b5er|bkheir|bi5eir|b2alf 5er); \
     jom3a mobaraka; jum3a mubaraka; goom3a mobarka; gom3a mobarka; (gawwak|gowak|gawak|2awwak|qawwak) allah; allah \
     (ygaweek|y2awwikom|y2awwik|yqawwik|ygawwik|y3eenak|y3inak|y3eenkom); gowa; gawa;"
);

/// Thanks.
pub(super) static THANKS: Phrases = phrases!(
    "شكرا; شكر; الشكر; شكرا جزيلا; شكرا لك; شكرا لكم; شكرا كتير; شكرا كثير; شكرا جدا; شكرا الك; جزيل الشكر; الف \
     شكر; كل الشكر; اشكرك; اشكركم; نشكركم; مع الشكر; مشكور; مشكوره; مشكورين; مشكورين وماقصرتوا; متشكر; متشكره; \
     متشكرين; متشكر جدا; ممنون; ممنونك; ممنونين; ممتن; يعطيك العافيه; يعطيكم العافيه; الله يعطيك العافيه; الله \
     يعطيكم العافيه; يعطيك الف عافيه; يعطيكم الف عافيه; الله يعافيك; يعافيك; تسلم; تسلمي; تسلموا; تسلمو; تسلم ايدك; \
     تسلم ايديك; يسلمو; يسلموا; يسلمو ايديك; يسلم ايديك; يسلمو كتير; سلمت; سلمت يداك; سلم ايديك; ما قصرت; ماقصرت; \
     ما قصرتوا; ماقصرتوا; ما قصرتو; ماقصرتو; وماقصرت; جزاك الله خير; جزاك الله خيرا; جزاكم الله خير; جزاكم الله \
     خيرا; جزاك الله الف خير; الله يجزاك خير; الله يجزيك الخير; بارك الله فيك; بارك الله فيكم; بارك الله بيك; الله \
     يبارك فيك; الله يبارك فيكم; الله يخليك; الله يخليكم; الله يسعدك; الله يسعدكم; الله يوفقك; الله يحفظك; الله \
     يسلمك; الله يرضى عليك; الله يرضي عليك; كتر خيرك; كثر خيرك; كثر الله خيرك; كتر الف خيرك; كتر خيركم; حبيبي; عاشت \
     ايدك; عاشت ايديك; رحم الله والديك; الله يرحم والديك; الله يرحم الوالدين; يرحم والديك; يعيشك; يعيشكم; مرسي; \
     ميرسي; ثانكس; ثانكيو; تانكيو; لطف منك; ذوق; كلك ذوق; كلك زوق; من ذوقك; لطفك; صحيت; صحيتو; شكرن; شكرا \
     (عالمساعده|لمساعدتك|لمساعدتكم|لتعاونك|لتعاونكم|علي ردكم|علي ردك|علي اهتمامك|علي \
     اهتمامكم|لردكم|لردك|لاهتمامكم|لحسن تعاونكم|علي صبرك|علي التوضيح|للتوضيح|علي الافاده|علي المعلومه|علي \
     النصيحه|علي كل شي|علي كل حاجه|للمساعده|لخدمتكم|لحضرتك|حبيبي|وبارك الله فيك|وبارك الله فيكم); الف الف شكر; كل \
     الشكر (والتقدير|والامتنان|لك|لكم); والتقدير; (شاكر|شاكره|شاكرين|مقدر|مقدره|مقدرين) \
     (لك|لكم|لكن|ومقدر|ومقدرين|فضلك|وممتن); تشكر; تشكري; تشكرات; تشكراتي; مع تشكراتي; (جزيل|خالص|وافر|كامل) \
     (الشكر|الامتنان|التقدير); ممنونكم; ممنونه; ممنونتك; ممتنه; ممتنين; (متشكر|متشكره|متشكرين) (لحضرتك|لحضرتكم|جدا \
     لحضرتك|ليك|ليكم|كتير|خالص|اوي); (تسلمين|تسلمون|سلمتوا|سلمتو|سلمتي|سلمتم); \
     (تسلم|تسلمي|تسلموا|يسلم|يسلمو|يسلموا|الله يسلم|سلمت|يسلملي) \
     (ايدك|ايديك|ايديكم|الايادي|دياتك|هالايدين|اناملك|يمينك|يدك|يداك|يديك|راسك|عمرك|قلبك|ها الطله|كتير|يا \
     غالي|يالغالي|حبيبي|يا طيب|يالطيب|ياقلبي); يالغالي; يالحبيب; يالطيب; ياغالي; ياقلبي; يسلموو; \
     (الله|ربنا|ربي|الرب|المولي|رب العالمين) (يخليك|يخليكم|يخليكي|يخليلنا ياك|يكرمك|يكرمكم|يباركلك|يبارك \
     لك|يباركلكم|يبارك فيك|يبارك فيكم|يبارك بيك|يسعدك|يسعدكم|يسعد قلبك|يفرح \
     قلبك|يحفظك|يحفظكم|يحميك|يحميكم|يعزك|يعزكم|يوفقك|يوفقكم|يرضي عليك|يرضي عليكم|يرضي عنك|يجزيك خير|يجزاك \
     خير|يجزاكم خير|يجزيك الخير|يجزيكم الخير|يجازيك خير|يجزاك الجنه|يجزاك كل خير|يكثر خيرك|يكتر خيرك|يكثر من \
     امثالك|يكتر من امثالك|يعطيك العافيه|يعطيكم العافيه|يعطيك الصحه|يعطيكم الصحه|يعطيك الف عافيه|يعطيك الخير|يديك \
     الصحه|يديك العافيه|يديك طوله العمر|يطول عمرك|يطول بعمرك|ينور عليك|ينور طريقك|ينور|يبيض وجهك|يبيض وجيهكم|يبيض \
     وجوهكم|يسلمك|يسلمكم|يعافيك|يعافيكم|يسترك|يستر عليك|يفتح عليك|يفتحها عليك|يرفع قدرك|يجبر بخاطرك|يجبر خاطرك|يرحم \
     والديك|يرحم والديكم|يخلف عليك|يريح بالك|ييسر امرك|يزيدك من فضله|يرزقك|يعيشك|يديمك|يديمكم|يهنيك|يقدرك علي \
     الخير); (يعطيك|يعطيكم|يعطيكي|عطاك|عطاك الله|عطاكم الله) (العافيه|الصحه|الف عافيه|القوه); (عافاك|عفاك|عافاكم) \
     (الله|); عافيه; عفيه; عفيه عليك; عفارم; عفارم عليك; عاشت (الايادي|ايديكم|ايدج|ايدكم|يدك); (رحم الله|الله \
     يرحم|يرحم) (والديك|والديكم|والدينك|والديج); جزا(ك|كم|كي) الله (كل خير|خير الجزاء|عنا كل خير|عني كل \
     خير|الجنه|عنا خير|عني خير); (كثر|كتر) الله (خيركم|خيرك|من امثالك|من امثالكم); (كثر|كتر|يكثر|يكتر) (الله|الف|) \
     (خيركم|خيرك|خيركن); (ما|لا) (قصرتي|تقصر|قصرتوا معنا|قصرتوا معي|قصرت معي|عليك زود|عليكم زود); ماعليك زود; كفيتو \
     ووفيتو; (كفيت|كفيتوا|كفيتو) (ووفيت|ووفيتوا|ووفيتو); بيض الله (وجهك|وجيهكم|وجوهكم|وجهج); فديتك; فديتكم; بعد \
     قلبي; بعد عمري; (هذا|هاد|ده) من (ذوقك|لطفك|طيبك|اصلك|كرمك|ذوقكم); كلك (ذوق|زوق|طيبه|حلا); (ثنكيو|ثانك \
     يو|تانكس|تانك يو|سانكس|سنكيو|تنكيو|ثانكيوو|ميرسي كتير|ميرسي اوي|مرسي كتير|مرسي جدا|مرسي اوي); (عيشك|ربي \
     يعيشك|يعيشك خويا); بالصحه; نورت; نورتونا; نورتنا; رحمه الله والديك; (tyvm|tyty|thank you kindly|thankyou so \
     much|lovely thanks|brilliant thanks|grateful|so grateful|very grateful|im grateful|i am grateful|lifesaver|you \
     rock|u rock|legend|you legend|youre a star|you are a star|youre a legend|ta|ta very much|god bless|may god \
     bless you|god bless you all|gracias|danke|obrigado|grazie|many many thanks|thanks heaps|thanks loads|thanks \
     tons|thanks buddy|thanks for everything|thanks for letting me know|thanks for explaining|thanks for \
     clarifying|thanks for the quick reply|thank you for the quick reply|thank you for the reply|thanks for the \
     reply|thank you for everything|thank you for your patience|thank you for your cooperation|thank you for your \
     service|thanks for the support|thanks for understanding); (you are|youre|ur|you re) (a|such a|an \
     absolute|the|) (lifesaver|life saver|gem|angel|hero|best|great|amazing|so kind|very kind|so helpful|so \
     sweet|too kind|kind); (very|so|thats|that is|that was|how) (so|very|really|) kind (of you|); (thats|that is) \
     (so|very) (nice|sweet) of you; thanks; thank; thank u; thank you; thankyou; thnks; thnx; thanx; thanku; thx; \
     tnx; tx; ty; tysm; tq; thanks a lot; thanks alot; thanks so much; thanks very much; thanks a ton; thanks a \
     million; thanks a bunch; thanks again; thank you so much; thank you very much; thank you all; thank u so much; \
     thank u very much; many thanks; thanks for your help; thank you for your help; thanks for the help; thank you \
     for the help; thanks for helping; thank you for helping me; thanks for your support; thank you for your \
     support; thanks for your time; thank you for your time; thanks for the info; thank you for the information; \
     for your help; for the help; for your time; for everything; for the info; for the information; for your \
     support; for helping; for helping me; much appreciated; appreciated; appreciate it; i appreciate it; i \
     appreciate that; i appreciate your help; really appreciate it; that helps; that helped; that was helpful; very \
     helpful; youre the best; you are the best; youre awesome; you are awesome; god bless you; bless you; cheers; \
     kudos; great help; you are very helpful; you were very helpful;",
    "shukran; shokran; choukran; shukrn; shukran jazilan; shokran jazilan; shokran gazilan; shukran gazilan; \
     shokran gazeelan; shukran jazeelan; choukran jazilan; alf shokr; alf shukran; alf shokran; kol el shokr; \
     shokran ktir; shokran awi; shokran kteer; shukran ktir; shukran kteer; shokran awy; alf shukr; mashkoor; \
     mashkour; mashkora; motshaker; motshakker; metshaker; yeslamo; yislamo; yeslamu; yslmo; yeslamo ktir; tslm; \
     teslam; tislam; teslami; ya3tik el3afye; ya3tik el 3afye; ya3tik el3afia; ya3teek el3afya; ya3tek al3afya; \
     ya3tik al3afia; yatik elafye; ya3tikom el3afye; allah y3tik el3afya; allah ya3tik el3afye; jazak allah khair; \
     jazak allah kheir; jazakallah; jazakallah khair; jazak allah 5air; barak allah fik; baraka allahu fik; \
     barakallah fik; allah ykhalik; allah y5alik; allah ykhallik; allah ysa3dak; ma gasart; ma qasart; magassart; \
     kattar kheirak; katar kherak; merci; mersi; merci ktir; merci beaucoup; ysalmo; shokran gazelan; shukran 3al \
     mosa3ada; shokran 3al mosa3da; shukran 3ala (el|) (mosa3ada|mosa3da|waqtak); shokran \
     (gidan|bzaf|hwaya|barsha|habibi|7abibi|leek|likom|lak|lakom); mashkoora; mashkoreen; mashkourin; mashkoor (ma \
     gasart|akhoy|a5oy); mamnoon; mamnonak; mamnounak; mamnoonak; motshakera; metshakker; mtshkr; motshakkera; \
     tashakor; tashakorat; tslam; teslamy; teslameen; teslamo; (tslm|teslam|tislam|teslamy) \
     (edak|eidak|edek|eidek|el ayadi|ya ghali|7abibi|ideik); yislamu; yeslamo edek; yislamo ideik; yslamo; \
     (ya3tik|ya3teek|y3tik|y3teek|ye3tik|ye3teek|yaatik|ya3tikom|y3tikom|ye3tikom|allah ya3tik|allah y3tik|allah \
     y3teek|allah ye3tik|allah ya3tikom) (el|al|l|alf|) (3afye|3afya|3afyeh|3afia|3afieh|sa7a|se77a|sa77a|saha); \
     3afya; 3afia; 3afak; 3afak allah; 3afarem; 3afarim; afarem; (jazak|gazak|jazakom|gazakom|jazakum|jazaka) \
     (allah|allahu|alla) (khair|kheir|kher|khayran|khairan|5er|5air|5eir|alf 5er|kol 5er|kol kheir); \
     (barak|baraka|bark) (allah|allahu) (feek|fik|fikom|feekom|bik|beek); \
     (allah|rabena|rabbena|rabbina|rabina|rabbi|rabi|la|lah) \
     (ykhalik|ykhalleek|ykhallik|y5alik|y5aleek|y5alikom|ykhalikom|yekremak|ykrmak|ykremak|yikrimak|yes3edak|yis3idak|ysa3dak|yihfazak|y7fzak|ye7fazak|yi7fazak|yewaf2ak|ywaf2ak|ywafqak|ybarek feek|ybarik fik|yjazeek kheir|yjzak 5er|yjzeek el kheir|yrda 3lik|yrham \
     waldik|yrhem lwalidin|yr7am waldik|yer7am waldek|y3ayshak|y3aychek|y3ezak|yesallemak|ysallmak|ysalmak|ynawwar \
     3alek); (kattar|katar|kathar|kther|kattir|katter) (allah|) (5erak|kheirak|khairak|kherak|5airak|kheirkom); \
     3ashat (edak|el ayadi|eidak); (ra7em|rahem|rahim) allah (waldik|waldek|waldeek|walidayk); (yr7am|yerham|yrham) \
     waldik; merci bcp; mersi ktir; mersi bzaf; sa7it; sahit; y3aychek; 3aychek; y3ayshek; fadetak; fdetak; kellak \
     zo2; kollak zo2; men zo2ak;"
);

/// Goodbye.
pub(super) static GOODBYE: Phrases = phrases!(
    "مع السلامه; مع الف سلامه; بالسلامه; الي اللقاء; وداعا; في امان الله; فمان الله; في امانه الله; استودعكم الله; \
     استودعك الله; في رعايه الله; باي; باي باي; تصبح علي خير; تصبحون علي خير; تصبحوا علي خير; ليله سعيده; اشوفك \
     بعدين; اشوفك علي خير; يلا باي; يلا سلام; يالله باي; بسلامه; بالسلامه عليك; تهلا; تهلا فراسك; نتلاقاو; بخاطركم; \
     بخاطرك; خاطركن; طاب مسائك; الله معك; الله معكم; الله وياك; دمتم بخير; دمت بخير; يوم سعيد; اتمني \
     لك يوما سعيدا; سلام باي; تشاو; نشوفك; (سلام|سلام عليكم|السلام عليكم|باي|يلا|يلا سلام|يلا باي|مع السلامه|تصبحوا \
     علي خير|تصبح علي خير) (بقي|بقا|يا معلم|يا جماعه|اجل|عيل); بقي; يلا سلام عليكم; يلا السلام عليكم; بايو; بايات; \
     باي باي سلام; بااي; (في|ف|ب|با) امان (الله|الكريم|الله وحفظه|الله ورعايته); بامان الله; فامان الله; وحفظه; \
     ورعايته; في (حفظ|رعايه|وداعه|حفظ الله) (الله|الرحمن|ورعايته); في حفظ الله ورعايته; \
     (استودعتك|استودعتكم|نستودعكم|نستودعك) الله; (الله|ربنا|ربي) (معاك|معاكي|معاكم|معكن|يحفظكم ويرعاكم|يحفظك \
     ويرعاك|وياكم|يوصلك بالسلامه|يستر دربك); (تصبح|تصبحي|تصبحون|تصبحوا|تصبحو|تصبحين|تصبحن) (علي|ع|عل|عالف) \
     (خير|خيرات|الف خير|الخير); تصبح عخير; (وانت|وانتي|وانتم|وانتو|و انت) من (اهله|اهل الخير|اهلو|هله|اهلها); \
     (ليله|ليلتك|ليلتكم|ليلتكن) (سعيده|هانيه|مباركه|طيبه); (نوم|نومه) (العافيه|العوافي|هنيه|الهنا); احلام \
     (سعيده|حلوه|هنيه); (الي|الى|ل) (لقاء|لقاء قريب|لقاء اخر); لقاء قريب; (نلتقي|نتلاقي|نلتقي \
     قريبا|نتقابل|بنتقابل|بنتلاقي|نتلاقاو) (علي خير|قريب|قريبا|بعدين|ان شاء الله|); \
     (اشوفك|اشوفكم|نشوفك|نشوفكم|بشوفك|بشوفكم|اشوفج|منشوفك|منشوفكن|هشوفك|اراك|اراكم|نراكم) (علي \
     خير|بعدين|قريب|قريبا|بكره|لاحقا|مره ثانيه|ان شاء الله|); الوداع; وداعا يا صديقي; (نهاركم|نهارك|يومك|يومكم) \
     (طيب|سعيد|جميل|مبارك) وباي; (دمت|دمتم|دمتي|دمتن) (بود|سالما|سالمين|بخير|بخير وعافيه|بحفظ الله|بعافيه|سالمه); \
     (بود|سالمين); (خاطرك|خاطركم|عخاطرك|عخاطركم|بخاطركن); (بالاذن|بالاذن منكم|بلاذن|باذنكم|باذنك|عن اذنك|عن \
     اذنكم|عن اذن حضرتك|بعد اذنك سلام|استاذن|استاذنك|استاذنكم|استاذن منكم|اترككم بخير|اتركك بخير|اسيبك بخير); \
     (بالتوفيق|موفقين|موفق|موفقه|بالتوفيق لك|بالتوفيق لكم|بالنجاح) ; (ويكند|اجازه|عطله|رحله|ليله|سهره|نهايه اسبوع) (سعيد|سعيده|ممتعه|حلوه|طيبه|مباركه); بالسلامه عليكم; سلامه; \
     (gbye|gudbye|gdbye|byee|byeee|bbye|cheerio|tata|ta ta|toodles|adios|au revoir|sayonara|hasta \
     luego|arrivederci|nighty night|night night|nite|gnite|good nite|gud night|sweet dreams|sleep well|catch you \
     later|catch ya later|talk later|talk soon|speak soon|speak later|speak to you soon|see you around|see you \
     tomorrow|see you then|see u later|see u soon|c u|cu|laters|peace out|peace|signing off|im off|i m off|im \
     out|gotta go|got to go|i gotta go|i have to go|i have to go now|i need to go|have to go|gtg|g2g|im leaving|i \
     am leaving now bye|tc|bye for now|bb|take care of yourself|take care all|stay safe|be well|all the best|best \
     wishes|best regards|kind regards|regards|good luck|so long farewell|until then|till next time|until we meet \
     again|keep well|keep safe); (have|enjoy) (a|your) (nice|good|great|lovely|wonderful|pleasant|blessed|) \
     (day|evening|night|weekend|afternoon|morning|week|one|trip|rest of the day) (ahead|too|); enjoy the rest of (the|your) day; you too; same to you; u too; you as well; bye; bye bye; byebye; goodbye; good bye; gud \
     bye; bbye; good night; goodnight; gn; see you; see ya; see u; see you later; see you soon; later; cya; ciao; \
     take care; farewell; have a nice day; have a good day; have a great day; have a good one; have a nice evening; \
     have a good evening; have a good night; have a nice weekend; have a good weekend; talk to you later; ttyl; \
     until next time; have a lovely day; thats all; that is all; nothing else;",
    "ma3 elsalama; ma3 el salama; ma3 alsalama; ma3 al salama; ma3 salama; ma3a elsalama; ma3a salama; maa salama; \
     maa elsalama; ma elsalama; fi aman allah; fe aman allah; fi amanillah; feman allah; yalla bye; yala bye; yalla \
     salam; tesba7 3ala kheir; tosba7 3ala kheir; tusbi7 3ala khair; beslama; bslama; besslama; tisba7 3ala 5er; \
     (ma3|ma3a|maa|ma) (el|al|s|es|as|) (salama|salameh|salame|ssalama|slama|salamah); ma3assalama; maasalama; bel \
     salama; bilsalama; bsslama; bslema; beslema; yalla (bay|baii|baay|byee|salam|ma3 el salama); yallah bye; \
     yallah salam; yala salam; (salam|salam 3aleko|salam 3alekom|bye|yalla) (ba2a|b2a|ba2aa|ba2i); (fi|fe|f|b|bi) \
     aman (allah|ellah|alla|illah|el kareem); fi hefz allah; fi 7efz allah; fi ri3ayat allah; \
     (allah|alla|rabbena|rabena) (ma3ak|ma3ek|ma3akom|m3ak|m3akom|wayyak|wayak|wayakom|y7mik|ye7mik); \
     (tesba7|tesbah|tisba7|tosba7|tosbe7|tusbi7|tesba7y|tesba7i|tesba7o|tesbaho|tesba7oo|tsb7|tsba7|tisbah|9b7|tesb7|tosbeh|tisba7i|tisba7o) \
     (3ala|3la|ala|3al|3|) (5er|kher|kheir|khair|5air|5eir|kheer|5eer); w (enta|inta|enty|ento) (mn|men|min) \
     (ahlo|ahlu|ahl el 5er|ahloh); (layla|leila|leile|lela) (sa3eeda|sa3ide|saida|sa3ida|hanye); (ila|ela|ilal|el) \
     (al|el|) (liqa2|leqa2|lika2|leqaa|liqaa); \
     (ashofak|ashoofak|ashofkom|ashoofkom|nshofak|nshoofak|bashoofak|bshoofak|bshufak|bshoofkom|mnshofak|ashoofek) \
     (3ala 5er|3ala kheir|ba3den|ba3deen|bokra|boukra|2arib|); (nhar|nharak|yom|yomak|youmak|nharkom) \
     (sa3id|sa3eed|saeed|7elo); wada3an; weda3an; (5atrak|khatrak|b5atrak|bkhatrak|b5atirkon|5atirkon|bkhatirkon); \
     (3an|3n) (eznak|eznkom|eznik|iznak|izinkom); bayy; bel tawfi2; bel tawfeeq; bil tawfik; mwaffa2in; mowafa2;"
);

/// Understood, and no need in it.
pub(super) static ACKNOWLEDGEMENT: Phrases = phrases!(
    "تمام; تمام التمام; تمام كده; تمم; تم; طيب; طب; ماشي; ماشي الحال; ماش; اوك; اوكي; اوكيه; اوكيك; اوكاي; اكي; حسنا; \
     حسن; حاضر; زين; زين زين; كويس; كويس جدا; مليح; منيح; كثير منيح; جيد; جيد جدا; ممتاز; رائع; حلو; حلوين; فهمت; \
     فهمت عليك; فاهم; مفهوم; واضح; ابشر; سمعا وطاعه; لا مشكله; مافي مشكله; ما في مشكله; مفيش مشكله; مو مشكله; عادي; \
     علي خير; خير; ان شاء الله; انشاء الله; انشالله; ان شاءالله; اها; اهاا; امم; ام; همم; ايوه فهمت; اه فهمت; صار; \
     واخا; وخا; مزيان; صافي; صحا; صح; باهي; برشا; بهي; عادي مافي مشكله; خلاص; خلص; علي راسي; من عيوني; مية مية; ميه \
     ميه; ولا يهمك; الحمد لله; الحمدلله; بانتظارك; بانتظاركم; بانتظار الرد; في انتظارك; انتظر; منتظر; ناطر; ناطرك; \
     هه; هههه; ه; لا يوجد; سلامتك; سلامتكم; العفو; عفوا; لا داعي للشكر; تمامو; تمامات; تماام; جميل; جميل جدا; عظيم; \
     عظيم جدا; هايل; روعه; رايق; فل; فل الفل; عال; عال العال; بيرفكت; اكسلنت; نايس; كول; جود; قود; سوبر; (علي|ع) \
     (راسي|عيني|عيني وراسي|راسي وعيني|العين والراس|الراس|الراس والعين|هالخشم|خشمي); (عيوني|عيوني لك|عيوني لكم|من \
     عيني|من عنيا|من عينيا|حبا وكرامه|تكرم|تكرمي|تكرم عينك|تكرموا|تكرم عيونك|تؤمر|تؤمروا|امرك|سمعا|علم|علم \
     وينفذ|تامر); (فهمتك|فهمتكم|فهمت قصدك|فهمتها|وصلت الفكره|وصلت المعلومه|وصلت|وضحت|وضحت الصوره|واضح جدا|مفهوم \
     جدا|استوعبت|علم|ادركت|ماشي فهمت|فهمنا); هممم; مممم; ممم; ان شا الله; انشاءالله; ان شاالله; باذن الله; بإذن الله; \
     بحول الله; (ما شاء الله|ماشاء الله|ماشاالله|مشاءالله|مشالله|ما شا الله|تبارك الله|ما شاء الله تبارك الله|سبحان \
     الله|تبارك الرحمن); يلا (تمام|ماشي|طيب|اوك|اوكي|حلو); ولا يهمكم; ولا يهمج; (مش|مو|مب|ما \
     في|مافي|مفيش|مافيش|لا|بلا) (مشكله|مشاكل|مشكل); بسيطه; هينه; سهله; محلوله بسيطه; اتفقنا; متفقين; ديل; علي بركه \
     الله; توكلنا علي الله; توكلت علي الله; خيره; (كفو|كفووو|كفو والله|كفو عليك|بطل|يا بطل|والنعم|ونعم|والنعم \
     فيك|والنعم فيكم|ونعم بالله|اسطوره|مبدع|مبدعين|احسنت|احسنتم|احسنتوا|برافو|برافو عليك|برافو عليكم|شاطر|صح عليك); خوش; خوش حجي; خوش جواب; زين والله; كلش زين; كلش حلو; دن; اوكيشن; اوكشن; على خير ان شاء الله; \
     طيب ماشي; بانتظاركم; (ic|i c|oic|alrighty|alrighty then|alright then|righto|righty|yup \
     ok|amazing|wonderful|lovely|brilliant|superb|fantastic|fabulous|splendid|terrific|neat|sweet|deal|agreed \
     then|roger that|copy that|10 4|uh huh|uhuh|mhm|mmhm|mm hmm|yep ok|all clear|clear|crystal clear|thats clear|that \
     is clear|thats great|that is great|thats good|that is good|thats nice|thats perfect|thats helpful|good to \
     know|nice to know|okay good|okay great|okay perfect|very nice|very well|oh nice|oh great|oh cool|oh good|ah \
     nice|ah great|ah i see|oh i see now|now i see|now i understand|i understand now|got it now|kk got it|okay \
     then|ok then|ok sure|okay sure|sure thing|no prob|no probs|all good|its all good|its alright|no complaints|i \
     have no complaints|no complaint|i dont want to complain|im not complaining|not complaining|i dont have a \
     complaint|i have no complaint|i am not here to complain|hehehe|hahah|haha \
     ok|lmao|lmfao|rofl|xd|xdd|heheh|whoa|woah|woo|yay|hooray|hurray|bravo|well done|good job|great job|nice job|good \
     bot|nice one|good one); (ما|مو|مش|ليس|لا) (عندي|عندنا|لدي|لدينا|توجد|يوجد) (شكوي|شكاوي|اي شكوي|ملاحظات|اي \
     ملاحظات) (لدي|عندي|); ما (ابي|ابغي|بدي|ودي) (اشتكي|اقدم شكوي|ارفع شكوي); (مش|مو) (عايز|عاوز|حاب) (اشتكي|اعمل \
     شكوي|اقدم شكوي); لا اريد (ان اشتكي|تقديم شكوي|الشكوي); خخخ; خخخخ; ههه; هههههه; هاها; هاهاها; ok; okay; okey; \
     oki; okie; okk; k; kk; okok; ok ok; alright; all right; allright; right; fine; thats fine; that is fine; its \
     fine; its ok; its okay; cool; great; good; very good; nice; perfect; excellent; awesome; super; wow; got it; i \
     got it; gotcha; understood; i understand; i see; noted; sure; no problem; no worries; np; sounds good; fair \
     enough; makes sense; will do; done; roger; hm; hmm; mm; aha; oh; oh ok; oh okay; ah; ah ok; lol; haha; hahaha; \
     hehe; you are welcome; youre welcome; welcome; i will wait; ill wait; waiting; one moment; one sec; one second; give me a (minute|moment|second|sec|min); hold on; bear with me; let me (check|look|see|find it|look for it); i will look; ill look; ill check; wait a (minute|moment|second|sec|min); \
     just a moment; just a minute; wait; لحظه; لحظات; لحظه وحده; ثواني; ثانيه; دقيقه; دقيقه وحده;",
    "tamam; tmam; tamaam; tayeb; tayyeb; tayib; tyb; tab; mashi; mashy; zain; zen; kwayes; kwais; mni7; mnih; 7elw; \
     helw; fhemt; fhmt; fahem; wade7; wadi7; insha2allah; inshallah; insha allah; in sha allah; inchallah; inshalla; \
     nshallah; khalas; 5alas; 5las; wakha; safi; mezyan; behi; 3adi; mafi moshkela; mafi mushkila; mafi mushkile; \
     mafeesh moshkela; el7amdulillah; alhamdulillah; hamdulillah; sa7; ahsant; tmm; tmam el tmam; tmam keda; 6ayeb; \
     tayb; 6ayb; tayyib; machi; maashi; mashi el 7al; mashi 7al; 7ader; hader; 7adir; zein; zeen; zain jiddan; \
     kwayyes; kowayes; kwayis; kwayes awi; 7elo; 7ilo; 7lw; gamil; jamil; gameel; jameel; momtaz; mumtaz; ra2e3; \
     rawe3a; 3azeem; fehmt; fehemt; fihimt; fhimet; mafhoom; mafhum; aywaa; aywa tamam; 2akeed; sa7ee7; sa7i7; \
     (el|al|) (7amdulillah|7amdolellah|7amdella|hamdella|hamdolillah); in sha2 allah; enshallah; inshaallah; n sha2 \
     allah; nshalla; (ma|mash) (sha2|sha|shaa) allah; mashallah; mashalla; abshir; absher; abshr; 3ala \
     (rasi|3eni|3einy|rasy w 3eini|3yooni); (mn|men|min) (3yoni|3eni|3youni|3enaya); 3yoni; 3younak; (wala|wla) \
     (yhemmak|yhmk|yhemak|yhemmik|yhemkom); (mafi|mafe|mafish|mafeesh|ma fi|mesh|mish|msh|mo|mu) \
     (moshkila|moshkela|moshkele|mushkile|mushkila|mshkla); kafo; kfo; kafoo; kafu; 2ashta; ashta; eshta; fol; fol \
     3alek; mit fol w 3ashra; mia mia; meya meya; basita; baseeta; ettafa2na; etafa2na; 3ala barakat allah; dn; \
     tekram; tikram; tekram 3eynak; bravo; bravo 3alek; hhhh; hhh; jaja; ma 3andi shakwa; la7za; lahza; la7zah; \
     sanya; sawani; thawani; da2ee2a;"
);

/// Are you there?
pub(super) static ATTENTION: Phrases = phrases!(
    "رجعت; انا رجعت; رجعت لكم; رجعتلكم; رجعت لك; انا رجعت لكم; جيت; رجعنا; رجعت تاني; رجعت مره ثانيه; ارجعت; هاني \
     رجعت; الو; الوو; يا جماعه; وينكم; وينكن; فينكم; انتو فين; انتو وين; انت هنا; انت موجود; هل من مجيب; احد هنا; في \
     احد; فيه احد; فيه احد هنا; في حد; في حد هنا; حد هنا; احد موجود; في احد موجود; حد موجود; في حدا; في حدا هون; حدا \
     هون; كاين شي حد; كاين شي واحد; وين الرد; فين الرد; ردوا; ردو; رد; ردو علي; ردوا علي; ممكن ترد; ممكن تردوا; ليش \
     ما تردون; ما تردون; محد يرد; ما احد يرد; ولا احد يرد; يا ناس; هل انت هنا; هل انت معي; انت معي; معي; معايا; معاي; \
     هل (يوجد|في|هناك) احد (هنا|); في احد هنا; في احد يسمعني; (حد|احد|حدا) (سامعني|يسمعني|معايا|معاي|معي|شايفني|شايف \
     رسايلي|بيسمعني|هون|هنا|فيكم); انتو موجودين; انتم موجودين; انتم هنا; انتو هنا; انتو هون; موجودين; انت هون; انت \
     معاي; انت معايا; فينك; فينكو; فينك يا سند; (تسمعني|تسمعوني|سامعني|سامعيني|سامعيننا|بتسمعني|سامعني ولا لا|عم \
     تسمعني); تجربه; تجربه تجربه; تست; تيست; تيستنق; اختبار; بينق; (الوو|الووو|الو الو|يا هوو|يا هو|ياهو|يا عالم \
     حد هنا|دق دق|طق طق); شكلكم نايمين; نايمين; (is anybody here|is somebody there|anybody home|is anybody \
     home|anybody|somebody|anyone alive|can you hear me|can anyone hear me|do you read me|you with me|u there|u \
     here|you here|ping|pong|test|tests|testing|test test|test message|testing testing|testing 1 2 3|test 1 2 3|1 2 3 \
     test|mic check|are you awake|are you online); im back; i am back; back again; im back again; i am back \
     again; im here again; anyone; anybody; anyone there; any one there; anybody there; anyone here; is anyone there; \
     is anybody there; is anyone here; is anyone around; are you there; you there; r u there; still there; are you \
     still there; are you here; answer me; reply; please reply; reply please; pls reply; respond; please respond; \
     respond please; knock knock; hello anyone; is there anyone; is there anybody; is there anyone there; anyone \
     home; is someone there; someone there; are you with me; انتو معي; انتم معي; هل انتم هنا; هل من احد; لسه معي; لسه \
     معايا; لسا معي; لسه هنا; لسه هنا انا; لسا هنا; لسا هون; لسه هون; لساتني هون; لساني هون; لسه موجود; لسه موجوده; \
     لسا موجود; لسا موجوده; لسه معاك; لسه معاكم; لسا معك; لسا معكم; انا لسه هنا; انا لسا هون; انا لسا هنا; انا لسه \
     موجود; انا لسه موجوده; انا لسا موجود; انا لسه معاك; بعدني هون; بعدني هنا; بعدني موجود; انا بعدني هون; للحين هنا; \
     للحين موجود; انا للحين هنا; انا للحين موجود; الي الان هنا; باقي هنا; باقي موجود; انا باقي هنا; ما زلت هنا; مازلت \
     هنا; لا ازال هنا; لازلت هنا; لا زلت هنا; ما زلت موجود; مازلت موجود; لا زلت موجود; لا ازال موجودا; ما زلت معكم; \
     مازلت معكم; ما زلت معك; لا زلت معكم; انا ما زلت هنا; انا مازلت هنا; انا هنا; انا هون; انا هني; انا موجود; انا \
     موجوده; انا قاعد هنا; انا معك; انا معكم; انا معاك; انا معاكم; معك; معكم; معاك; معاكم; ايوه انا هنا; ايوه معاك; \
     ايه موجود; ايه انا هنا; نعم انا هنا; نعم موجود; راني هنا; راني هنايا; مازال هنا; مازلني هنا; باقي معاكم; ما رحت; \
     لم اذهب; ما مشيت; هل وصلكم احد; وصلكم احد; وصلتم لاحد; هل وصلتم لاحد; هل وصلتم الي احد; هل جاء احد; جاء احد; هل \
     جا احد; جا احد; حد جاي; في حد جاي; فيه حد جاي; احد جاي; في احد جاي; فيه احد جاي; هل سياتي احد; هل رد احد; رد \
     احد; احد رد; حد رد; هل احد جاي; هل في احد جاي; هل من احد قادم; did anyone come; did anybody come; has anyone \
     come; has anybody come; is anyone coming; is anybody coming; is someone coming; is somebody coming; is help \
     coming; did you reach anyone; did you reach anybody; did you reach someone; have you reached anyone; did anyone \
     answer; did anybody answer; has anyone answered; are you still with me; are you still here; are you guys there; \
     you still there; u there; u still there; still with me; is anybody here; anybody here; still here; im still \
     here; i am still here; im here; i am here; im right here; i am right here; im here still; im still right here; \
     still around; im still around; i am still around; still with you; im still with you; i am still with you; yes im \
     here; yes i am here; yes im still here; yes i am still here; yes still here; i havent left; i have not left; i \
     havent gone; i have not gone; i didnt leave; i did not leave; im not gone;",
    "rej3t; rje3t; reje3t; ana rej3t; alo; aloo; allo; wenkom; weinkom; fenkom; feenkom; fi 7ad; fe 7ad; fi 7ada; 7ad \
     hena; 7ada hon; fi a7ad; fee 7ad; fee 7ada; fi had; (fe|fi|fee|fih) (7ad|7ada|a7ad|had|hada) \
     (hena|hina|hna|hon|hun|mawgood|mawjood|); 7ad (hena|hna|sam3ni|ma3aya|mawgood); 7ada (hon|hun|sam3ni); a7ad \
     (hena|hni|mawjood|hna); mawgodeen; mawjodeen; ento (mawgodeen|hena|feen|wen); enta (hena|m3aya|ma3aya); sam3ni; \
     sam3eni; tesma3ni; btesma3ni; weinak; wainak; fenak; feenak; fenko; wenkon; weinkon; wenko; alooo; aluu; \
     tajroba; tagroba; wainkom; wenkum; finkom; lissa hena; lissa hina; lissa hna; lessa hena; lessa hina; lesa hena; \
     lesa hina; lsa hon; lissa hon; lessa hon; lissa mawgood; lissa mawgoud; lessa mawgood; lesa mawgood; lissa \
     mawjood; lissa mawjoud; lessa mawjood; lissa ma3ak; lessa ma3ak; lesa ma3ak; ana hena; ana hina; ana hna; ana \
     hon; ana hni; ana hnee; ana lissa hena; ana lessa hena; ana lesa hena; ana lissa hon; ana lsa hon; ana mawjood; \
     ana mawjoud; ana mawjud; ana mawgood; ana mawgoud; ana mawgod; ana mawjooda; ana mawjode; ana ma3ak; ana \
     ma3akom; ana m3ak; ba3dni hon; b3dni hon; ba3dni hena; lal7een hena; lel7een hena; lal7een mawjood; lel7een \
     mawjood; rani hna; rani hnaya; mazal hna; mazelt hna; mazelt hena; mazilt huna; ba2i hena; entom hena; ento \
     hena; enta hena; inta hon; enta ma3aya; inta ma3i;"
);

/// Words that may stand in any social message and change nothing.
pub(super) static FILLER: Phrases = phrases!(
    "يا اخوان; اخوان; خوتي; يا خويا; بالغالي; يا بطل; يا كبير; يا طيب; يا قمر; يا عسل; يا حلو; يا حلوين; حضرتك; يا جماعه; \
     كلكم; كلكن; النهارده; اليوم; يا; اخي; اخوي; اخويا; اختي; خوي; خويا; استاذ; استاذه; استاذي; حبيبي; حبيبتي; عزيزي; عزيزتي; \
     غالي; الغالي; الغاليه; والله; جدا; جزيلا; كتير; كثير; كثيرا; اوي; قوي; مره; وايد; واجد; \
     برشا; بزاف; هواي; هوايه; لك; لكم; ليك; ليكم; الك; الكم; عليك; عليكم; فيك; فيكم; بك; بكم; و; \
     جميعا; للجميع; الجميع; شباب; يا شباب; سيدي; سيدتي; من القلب; بخير; علي المساعده; علي \
     مساعدتك; علي تعاونك; علي تعاونكم; علي الرد; علي سرعه الرد; علي الرد السريع; علي خدمتكم; علي \
     وقتك; سند; لو سمحت; لو سمحتوا; من فضلك; يا غالي; يا باشا; باشا; يا فندم; فندم; يا ريس; يا \
     معلم; ya; akhi; a5i; habibi; 7abibi; habibti; 7abibti; wallah; walla; w; ktir; kteer; awi; \
     awy; jiddan; gedan; bezaf; bzaf; barsha; ya jama3a; ya shabab; basha; there; team; all; \
     everyone; guys; dear; sir; madam; maam; mam; bro; brother; sis; sister; buddy; man; mate; \
     friend; my friend; boss; dude; folks; sanad; bot; so; very; much; a lot; alot; lots; really; \
     again; and; too; then; now; please; pls; plz; well; to; you; u; today; oh; ah; well then; \
     once again; support team; in advance; a bunch; a million; very much; so much;"
);
