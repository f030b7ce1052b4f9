//! The words by which Latin letters are told apart: Arabic in Latin letters (Arabizi) from
//! English. Lists only; how they count is in `detect`.

use super::word_set::WordSet;
use std::sync::LazyLock;

/// A list of words made ready for look-ups on first use.
type Words = LazyLock<WordSet>;

macro_rules! words {
    ($text:expr) => {
        LazyLock::new(|| WordSet::of($text.split_whitespace()))
    };
}

/// Words that in a chat are Arabizi and nothing else.
pub(super) static ARABIZI: Words = words!(
    "3afwan 3ala 3alaikom 3alaykom 3alaykum 3al 3andak 3andi 3andy 3ando 3awez 3awz 3ayez 3ayz 3ayza \
     3indi 3la 3lash 3leikom 3lik aalikum aayez abgha abghi abghy abga abi aby addeh addesh ade2 adesh \
     afwan ahlan ahlein ahlen aish aiwa akeed akid akhi alaikom alaikum alan alash alayk alaykom \
     alaykum alf alhamdulillah alheen alhin al7een al7in ams ana andi anta anti areed asif asifa assalam \
     assalamu awi awy aywa ayza ayzeh ba3ad ba3d ba3den ba9i baad baddi badi badri badry bakam balash baraka \
     barsha bedak beddi bede bedi bekam besara7a bezaf bghit bidi biddi biddy bikam bitaqa bkam bkra bokra \
     bokrah boukra brid bsara7a bser3a btaa3 btaay bta3 bta3i bta3t bta3ti bukra bukrah bzaf bzzf chabab \
     chno chnou chnowa choukran chokran chwia chwiya daba daf3 dafa3 dafa3t delwa2ty delwa2ti delwaqti \
     delwati dlw2ti dlwa2ty dyal dyali dyalek e7na ehna eish ekhtar el7amdulillah elhamdulillah elli elly \
     elyom emta endi enharda ennaharda enta enti entu enty esh eshtareit eshtreit et2a5ar etakhar ewa \
     eyh eywa fadhlak fadlak fadlek fadlik fain fatora fatoura fatura feen fein feloos felous fesh \
     fih finak fish floos floosi flous flousi fluus fuloos gadesh gad3an gamed geddan gedan geneh ghalat \
     ghali giddan gneh habaybi habibi habibti habit hadha hadi hadol haida hala2 halla2 halla hallaq \
     hamdulillah hasa hatha hayda haydi hayde hesab hesabi hisab hisabi hna howa hona houn humma hwaya \
     i7na ihna illi imta inchallah inna inshallah inshalla insha2allah inta inti inty jaweb jawwal jawab \
     jibli jiddan jidan joz kaif kaifa kalam kalem kallim kamaan kaman kant kanet kayen kayf kayn kda keda \
     kef kefak kefik kefo keif keifak kerem khalas khalast khalasna khara khat2 khedma khidma khodli kida \
     kidda kif kifak kifik kifash kifach kolo kolha kollo koll kolshi kteer ktir kul kulish kullish kulo \
     kwais kwayes kwayyes la2a la2 laa laish lazem lazim leh leih leish lesh leysh lissa lissah lih \
     lsa lssa lyom lyoum ma3 ma3ak ma3ik ma3aya ma3i ma7ad ma7had mab3arf mabghach mabi mabrook mabruk \
     maddam mafe mafeesh mafi mafich mafish mahad maho majani majbour makaynch makayn malo mani \
     marhaba mar7aba marra masa2 masaa masari masary mashallah mashi mashy maujood mawgood mawjood mawjoud \
     mazboot mazbout mazbut mbare7 mbareh men2olak men2oul mesh mersi mish mishkil mneen mnein mneih mni7 \
     mnih mo2akad mofeed momken momkin moo moosh mosh moshkela moshkila moshkilah motashaker moutakhar mouch \
     mta3 mta3i mubashir mumken mumkin mumkn musa3ada mush mushkila mushkile mushkele mush8ila muwazaf \
     muwazzaf mwazaf mwazzaf na3am naam nafs nahi nehna ne7na neshtri n7eb nheb nshallah nzel \
     oreed oulik ou2af ousel qadesh qadeesh ra2m raja3 raja3li raja3o rajje3 rajja3 rakam raqam raqm rayeh \
     redd refnd rg3 rja3 rja3li sa3a sa3at sa3b sa3edni sa3douni sa3edouni saba7 sabah sadeeq \
     sadiki safi sahbi salam salaam salamo salamou salamu salemat sama7t samahte samahti samaht samhouni \
     sara7a sar9a shabab shakhs sharikeh sheno shay shi7na shinu shlon shlonak shlonk shno shnu shnou \
     sho7na shokran shou shu shufuli shukran shukrn shwai shway shwaya shwayya sho7neh slm soaal sob7 \
     so2al sou2al su2al ta3ban ta3al ta3ali ta2khir ta5ir ta9li7 tab3an taba3 taba3i tabe3 tadfa3 \
     takhir takhfid ta7wil tahwil talab talabat talabi talabiya talabiye talabiyeh talabeya talabya talbi \
     talbiya tamam tamaam tasal tasjil tawa tawseel tawsil taw9eel tawsila tayeb tayib tayyeb tayyib tekram \
     tfadal tfaddal tmam tosal tousel twasal twseel tyb tykit ureed w7da wa2t wa5ar wa2ef wad3 wahed wahid wa7ad wa7da \
     wa7ed wain wakt walahi walla wallah wallahi waqt waq2t wara2 wasal wasalt wasalat wasalni wayed wayid \
     wayn wein wen wenak wenha weno ween wenkom wesel weselni weslat weslet wesh weslni wink wislat wlh \
     wesalt winha wsal wsalat wsalni wslni wsl wslat xalas ya3ni yaani yala yalla yallah yalli yane yani ybasha yelli \
     yemkin yewsal yewsl yimkin yosal yousal ysal yuosal yusal zaboon zay zayy zboon zen zeft ziyada zyada"
);

/// Words that may be Arabizi but occur in English chats or are too short to be sure of.
pub(super) static MAYBE_ARABIZI: Words = words!(
    "abu akl al ala alef ay az baad bab bas bass bel bent bi bil bint da dah deh di dih dol eh el fe fee \
     feh fel fen fi fil fin ful gib had hada hadi hadol haga hai hal hasan hay haza heya hia hiya hon hua \
     ila il inn izay izzay jay kam kan kano kel keef kol la lah lak law lel li lil lli ma maa mal man mata mat mata3 men \
     metta mil min mn mni mo msh mu na nas ok ou rah sa sab sah sar sha shi sho shoo si su tab ta ti wa \
     waad wash wach wala wel wil win ya yom youm"
);

/// Common English words, and the words of shops and banks that say nothing about the language
/// are in [`LOANED`].
pub(super) static ENGLISH: Words = words!(
    "a about above access add address after afternoon again agent ago all almost already also although \
     always am amount an and annoyed another answer any anybody anyone anything are arent around \
     arrive arrived as ask asked at available away awesome back bad bank be because been before being \
     believe best better between big both bought box break bring broken but buy by bye call called came can \
     cannot cant car care change charge charged chat cheap check choose claim close closed closing come \
     coming complain complaint contact cool correct cost costs could couldnt country courier customer cut damaged \
     date day days deal dear deliver delivered did didnt different do does doesnt doing done dont down due \
     during each early easy either else end enough enter error even evening ever every everyone everything \
     exactly excellent exchange expected expensive explain fast fault faulty few fill find fine first fix \
     for forgot found free friend from full gave get gets getting gift give go goes going gone good got great \
     guarantee guys had half happen happened hard has hasnt have havent having he hello help her here hers hey hi \
     him his hold home hope hour hours how however human hungry i id idea if ill im important in including \
     information inside instead into invoice is isnt issue it item items its ive job just keep kind know \
     language last late later least leave left less let letter life like line list little live long \
     longer look looking lost lot lots love made make makes many matter may maybe me mean means meet message \
     method might mind mine minimum minute minutes missing money month months more morning most much must my \
     name near need needed never new next nice night no nobody none nope not nothing now number of off often \
     old on once one only open opening or other our out outside over own package paid parcel part pay paying \
     people person phone pick place plan please possible price probably problem product question quick \
     quickly rate reach read ready real really reason receipt receive received remove repeat replace \
     replacement reply report request return returned returns right safe said same save saw say says second \
     see seem seems seen sell send sending sent service several shall she shipping shipped shop should show \
     shown sick side since sir size slow small so some somebody someone something somewhere soon sorry speak \
     start started status stay still stolen stop store street stuck such suggest support sure system take taken \
     talk tell than thank thanks that thats the their them then there these they thing things think this \
     those though thought through till time times to today together told tomorrow tonight too took track \
     tracking transfer tried try trying turn two type under understand until up update upset urgent us use \
     used using useless very via wait waited waiting want wanted wants warranty was wasnt way we website week \
     weeks well went were what whatever whats when where which while who whole whom whose why will wish with \
     within without wont word work working works worse worst would wouldnt write wrong yes yesterday yet you \
     your yours"
);

/// Words that Arabic speakers use as they are: they point to English only a little.
pub(super) static LOANED: Words = words!(
    "account app atm bank block branch call cancel card cash chat code confirm customer delivery discount email \
     error facebook free hello hi iban instagram internet link location mastercard message mobile network number offer \
     ok okay online order orders otp password pin please pls plz product promo qr refund sale service shipping \
     size sms sorry status support telegram thanks thanx thx ticket tracking transfer update visa voucher \
     wallet whatsapp wifi"
);

/// Codes, units and English spellings with digits that look like Arabizi and are not.
pub(super) static NOT_ARABIZI: Words = words!(
    "2day 2go 2nd 2nite 2moro 2morrow 2am 2fa 2g 2k 2pm 2x 3am 3d 3g 3pm 3rd 3x 5am 5g 5k 5pm 5th 5x 6am 6pm 6th 7am 7pm 7th \
     8am 8pm 8th 9am 9pm 9th a2 b2 b2b b2c c2c co2 ec2 f2p g7 gr8 h2o h264 h8 k8s l8 l8r m2 m3 m8 mp3 mp4 n95 \
     o2 p2p ps2 ps3 ps5 s3 s7 s8 s9 str8 u2 v2 v3 w8 w8ing web2 web3 y2k"
);

/// What may follow a number without a blank (`7days`, `5kg`).
pub(super) static UNITS: Words = words!(
    "am cm d day days g gb h hour hours hr hrs in inch k kg kgs km kw l m mb mg min mins minutes ml mm mo month months \
     nd pcs percent pm rd s sar sec secs sr st star stars tb th times usd v w week weeks x yr yrs year years aed egp"
);
