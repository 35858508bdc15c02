/// Spellings and short forms of given names and of common parts of Arabic, Slavic and Western names. A line is a group
/// of spellings of one name; `~` before a word marks a short form or a sister form in another language, which is weaker
/// evidence.
enum NameVariants {
  static let table = """
    muhammad mohammad mohammed mohamed mohamad muhammed mohamud mahomed mehmed ~mehmet mohd muhamad mohammadi ~mahamat magomed maxamed muhamed mohamet muhammet mhmd moohammad mochammad ~md mahammad
    ahmad ahmed ahmet achmad akhmad akhmed axmed ahmat
    abdul abdel abdal abdoul abdol abd abdur abdus abdulla abdurr abdel abdil abdou abdu
    abdullah abdallah abdulla abdullahi abdalla abdellah abdollah abdoulaye cabdullaahi cabdullahi abdulah
    ali aly alli ~ally ~caali
    hassan hasan hassen hasson xasan ~hasson
    hussein hussain husain husayn hossein hussien housein hosein hussayn huseyn husein ~huseyin xuseen hussin
    yusuf yousef youssef yousuf yousif yusif yusef youcef yuusuf yosef ~joseph
    ibrahim ebrahim ibraheem brahim ~abraham avraham ibragim ~abram
    ismail ismael esmail esmaeil isma'il ~ishmael ismaeel
    omar umar omer umer ~oumar cumar oumarou
    osama usama ousama oussama
    osman usman othman uthman ousmane cusmaan othmane ~utman
    mahmoud mahmud mahmood mehmood mahmoed makhmud
    mustafa mostafa mustapha moustafa mostapha moustapha
    khalid khaled khalled halid chalid
    said saeed sayed saed saeid said sayeed seid saied
    sayyid seyed sayyed sayed seyyed saiyid syed sayid sidi
    salih saleh salah swaleh salehi
    suleiman sulayman sulaiman solomon soleiman suleyman suliman souleymane soliman salman
    yahya yahia yehia yahyah ~john
    issa isa eisa essa ciise
    musa mousa moussa moosa mussa ~moses moses ~moshe muse
    zayn zain zein zayan zine
    nasir nasser naser nassir nacer nasr
    tariq tarek tareq tarik
    jamal djamel gamal jamaal djamal jamel cemal
    rashid rasheed rachid reshid
    karim kareem kerim abdelkarim
    rahman rehman rahmaan arrahman
    rahim raheem rahiim
    aziz azeez azis
    hamid hameed hamed hamad hammed
    qasim qassim kasim kassem qasem qassem gasim ghasem ghassem
    mahdi mehdi mahdy mahadi
    husni hosni hasni
    laden ladin
    muammar moammar moamar moamer muamar mouammar
    qaddafi kadafi gaddafi kadhafi qadhafi gadhafi khadafy gadafi kaddafi qadafi
    ayman aiman aymen
    fatima fatma fatemeh fatimah fatmah
    aisha aicha ayesha aysha
    maryam mariam miriam meryem ~mary
    khadija khadijah hadija khadidja
    faisal faysal feisal faycal
    ziyad ziad zeyad
    walid waleed oualid
    bakr baker bakar abubakar
    uthayman othaimeen
    abu abou abo
    bin ben ibn
    sergei sergey sergej serge serhii serhiy siarhei sergiy serguei ~sergio sergejs
    alexander alyaksandr aleksandr alexandr aleksander oleksandr alexandre aleksandar alexandru aliaksandr alejandro ~alex ~sasha ~sandro iskander ~alessandro aleksandrs
    alexandra aleksandra oleksandra ~sasha
    alexei alexey aleksei aleksey oleksii oleksiy alexej alaksei aliaksei ~alexis ~alyosha alexy
    andrei andrey andrej andriy andrii andrew andreas andre andres ~andrea andreja ~andy ~drew
    dmitry dmitri dmitriy dmitrii dimitri dmytro dzmitry dimitry ~dima dimitrios
    vladimir vlantimir ~vlad volodymyr wladimir uladzimir ~vova ~volodya vladmir
    mikhail michael mykhailo mihail mikhael ~misha michel ~miguel ~michele mikael mykhaylo ~mike ~mick michal mikel
    nikolai nikolay nicholas mykola nicolas nikola nicolae mikalai ~nick ~kolya nikolaj nikolaos ~niccolo ~nico nicolaus
    yuri yury yuriy iurii yurii jurij iuri ~george jury juri
    evgeny yevgeny evgenii yevgeniy evgeniy yevhen eugene evgueni yevgeni evgeni ~eugenio ~zhenya jevgenij eugen
    pavel paul pavlo ~pablo ~paolo pawel ~paulo pavlos
    pyotr petr peter petro piotr pjotr ~pedro ~pietro pieter ~pete
    ivan ivane ~john ~ioan iwan ~vanya ivans
    john ~jon ~juan ~jean ~johann ~johannes ~jan ~johan ~giovanni ~joao ~jack ~johnny ~hans ~sean ~ian ~jonny
    igor ihor ihar
    oleg oleh aleh
    viktor victor wiktor viktar ~vic viktors
    vasily vasiliy vasilii vasyl vasili basil vasil
    konstantin constantine kostyantyn ~kostya konstantinos
    maxim maksim maksym maxime ~max
    anatoly anatoliy anatolii anatoli ~tolya
    arkady arkadiy arkadii arkadi
    gennady gennadiy gennadii gennadi hennadii
    valery valeriy valerii valeri valerie
    vitaly vitaliy vitalii vitali
    grigory grigoriy grigorii hryhoriy gregory ~greg ~grisha
    fyodor fedor fiodor theodore ~ted ~teddy ~theo ~teodoro fedir
    roman romans
    stepan stephan stefan stephen steven stephane ~esteban ~steve ~stefano stjepan szczepan
    ilya ilia illia elias ~elia ilyas eliyahu
    yelena elena olena helena helen alena ~lena ~ellen jelena
    ekaterina yekaterina kateryna katerina catherine katherine katharina ~kate ~katya ~kathy ~katie ~catalina
    tatiana tatyana tetiana tatjana ~tanya
    natalia natalya nataliya natalie nathalie ~natasha nataliia
    olga olha ~olya
    irina iryna iryna irena irene
    yulia yuliya julia iuliia julie ~giulia yuliia
    svetlana svitlana ~sveta
    ludmila lyudmila liudmila ljudmila lyudmyla
    maria mariya mary marie ~mariia mariia ~masha ~marya
    anna ana anne hanna ann ~anya ~annie hannah
    ksenia kseniya xenia oksana
    daria darya dariya ~dasha
    william ~bill ~will ~billy ~liam ~guillermo ~wilhelm ~guillaume ~willem
    robert ~bob ~rob ~bobby ~roberto ~robbie
    richard ~dick ~rick ~ricardo ~rich ~riccardo
    james ~jim ~jimmy ~jaime ~jamie ~santiago
    thomas tomas ~tom ~tommy ~tomasz ~tommaso
    edward ~ed ~eddie ~ted ~eduardo eduard edouard ~ned
    charles ~charlie ~carlos ~carl ~karl ~chuck ~carlo
    george ~georg ~jorge ~giorgio georgy georgiy georgi ~georges giorgi georgios yuriy
    joseph josef iosif ~jose ~giuseppe ~josip ~joe ~pepe yosef
    jose ~pepe josep
    xi shi hsi
    benjamin binyamin ~ben ~benny ~benji ~binyamin
    daniel danil daniil danylo ~dan ~danny daniyal ~daniele
    david dawud daud dawood davyd davit ~dave daoud ~davide
    matthew mathew matthias mateo mathieu ~matt matteo matvey
    christopher cristopher kristofer ~chris ~cristobal christophe
    anthony antony antonio anton antoine ~tony antonin antonius
    alfred ~fred ~alf alfredo
    friedrich fredrich friedrych fridrich ~fritz
    frederick frederik fredrick ~fred ~federico frederic ~freddy frederico
    lawrence laurence ~larry lorenzo laurent
    patrick patricio ~pat ~paddy patrik
    samuel ~sam ~sammy samuil
    philip phillip philipp ~phil felipe philippe filip ~filippo
    jeffrey geoffrey ~jeff
    ronald ~ron ~ronnie
    donald ~don ~donny
    kenneth ~ken ~kenny
    timothy ~tim timofey timotheus
    gerald gerard ~gerry ~jerry gerardo gerhard
    emmanuel emanuel immanuel ~manuel manuel ~manny emanuele
    louis luis ~luigi ~lewis ~ludwig luiz ~lou ludovic
    francis francois ~frank francisco francesco ~paco ~franz ~pancho
    henry henri ~hank ~harry ~heinrich ~enrique ~henrik ~enrico heinz
    elizabeth elisabeth ~liz ~beth ~betty ~isabel ~lisa yelizaveta ~eliza elisaveta
    margaret margarita margarete ~maggie ~peggy ~marguerite ~greta
    susan suzanne susana ~sue ~susie
    barack barak ~barry
    raymond ramon ~ray raimundo
    leonard leonardo ~leo ~leon leonid ~lenny
    walter valter ~walt gualtiero
    rudolf rodolfo rudolph ~rudy
    ernest ernesto ernst ~ernie
    hugo hugh ~hugues ugo
    xavier javier ~xabier
    joaquin joachim ~jokin
    abraham ~abe avraham
    zachary zakaria zakariya zakariyya zacharias zakaryia
    jonathan ~jon jonatan yonatan
    nathaniel nathan ~nate natan
    andronik andronicus
    jinping chinping
    tsetung zedong tsetong
    kai ~kei
    jong chong jeong
    un eun
    hyon hyun hyeon
    myong myung myeong
    song sung seong
    kyong kyung gyeong
    sok suk seok
    chol cheol chul
    yong young yeong ryong
    hyok hyuk hyeok
    ri li lee rhee yi ~i
    pak park bak
    choe choi
    kim gim
    jang chang ~zhang
    nguyen nguen
    hezbollah hizballah hizbullah hizbollah hezballah hizbalah hizbulla
    qaeda qaida qaedah qaidah qida kaida qaeeda
    intl international internacional mezhdunarodnyy internationale
    organisation organization organizatsiya organizacion
    labour labor
    center centre tsentr centr centro
    defence defense
    department dept
    university univ universitet universite universidad
    institute inst institut instituto
    manufacturing mfg
    brothers bros
    association assn assoc asociacion
    government govt
    national natl nacional
    technology technologies tech tekhnologii tekhnologiya
    industry industries
    holding holdings kholding
    system systems systemy sistemy
    service services servis
    management mgmt
    engineering eng
    group grp gruppe grupo groupe gruppa grupp
    plant zavod
    bank banco banka banque
    trading trade torgovyy
    solutions solution
    shipping shippping
    enterprise enterprises predpriyatie
    investment investments invest
    production proizvodstvennoe proizvodstvennaya
    scientific nauchno nauchnyy
    lines line
    """
}
