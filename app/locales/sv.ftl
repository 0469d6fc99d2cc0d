# Startsidan
start-title = Följ ditt barn i förskolan och skolan
start-lead = Med ett vårdnadshavarkonto ser du dina barn på ett ställe och får besked från förskolan och skolan.
start-apply = Ansök om konto
start-sign-in = Logga in
start-saved = Din ansökan är sparad. Du kan fortsätta inom 24 timmar.
start-how-title = Så ansöker du
start-how-text = Du behöver BankID och en e‑postadress. Det tar ungefär fem minuter.
start-no-bankid-title = Jag har inte BankID
start-no-bankid-text = Barnets förskola eller skola hjälper dig att få ett konto.
start-hold-title = Uppgifter vi har
start-hold-text = Vad tjänsten vet om dig och ditt barn, varför, och var det kommer ifrån.
start-schools-title = Hitta din skola
start-schools-text = Telefonnummer till stadens förskolor och skolor.

# Ansökan om vårdnadshavarkonto (M1-M7)
information-title = Ansökan om vårdnadshavarkonto
information-lead = Du som är vårdnadshavare ansöker själv, med BankID. Det tar ungefär fem minuter.
information-body =
    ## Vem kan ansöka
    Du kan ansöka om du är juridisk vårdnadshavare för ett barn i någon av Göteborgs Stads förskolor eller skolor. Folkbokföringen avgör vem som är vårdnadshavare. Ditt personnummer och barnets personnummer kopplar ihop er.

    Är ni två vårdnadshavare ansöker ni var för sig. Ni ser ingenting om varandra i tjänsten.

    ## Det här behöver du
    - BankID, på den här enheten eller i en telefon bredvid dig
    - en e-postadress som du kan läsa medan du ansöker

    Vi ber dig aldrig skriva ditt personnummer.

    ## Så går det till
    1. Du legitimerar dig med BankID.
    2. Du ser vilka barn du är vårdnadshavare för och säger till om något inte stämmer.
    3. Du skriver din e-postadress.
    4. Du får ett mejl och bekräftar adressen med en kod eller en länk.
    5. Du kontrollerar dina svar och skapar kontot.

    Du kan göra ett uppehåll. Kommer du tillbaka inom 24 timmar och legitimerar dig igen fortsätter du där du var.

    ## Har du redan ett konto
    Då använder du det. [Logga in med BankID](sign-in), så kommer du direkt till Mina barn. Samma konto följer med från förskola till gymnasium.

    ## Har du inte BankID
    Barnets förskola eller skola hjälper dig att få ett konto. Det gäller också dig som saknar svenskt personnummer eller har skyddade personuppgifter. [Så gör du utan BankID](no-bankid).

    ## Avsluta kontot
    Du kan avsluta ditt konto när du vill, under [Personuppgifter](personal). Barnets förskola eller skola kan också göra det åt dig. [Hitta telefonnumret](schools).
information-apply = Börja ansökan
information-hold = Läs vilka uppgifter vi har

# Information till vårdnadshavare (M11-M13)
what-we-hold-title = Information till vårdnadshavare
what-we-hold-lead = Det här vet tjänsten om dig och ditt barn, varför vi behöver det och var uppgifterna kommer ifrån.
what-we-hold-body =
    ## Om ditt barn
    De här uppgifterna kommer från stadens elevregister för förskola och skola:
    - namn
    - personnummer
    - adress
    - förskola eller skola
    - avdelning, klass eller grupp

    Tjänsten lägger själv till två uppgifter: barnets användarnamn och barnets e-postadress i skolan. Varje barn får ett eget konto automatiskt.

    Frånvaro kommer också från elevregistret. Det du själv anmäler skickar vi dit, utan att säga vem som anmälde och varför.

    Vi behöver uppgifterna för att visa rätt barn för rätt vårdnadshavare.

    ## Om dig
    - Ditt namn och personnummer kommer från ditt BankID. Vi använder personnumret för att fråga folkbokföringen vilka barn du är vårdnadshavare för.
    - Din adress kommer från folkbokföringen hos Skatteverket.
    - Din e-postadress har du skrivit själv. Vi behöver den för att förskolan och skolan ska nå dig.
    - Ditt mobilnummer har du också skrivit själv, om du har lagt till ett. Vi behöver det för att skicka sms.
    - Vi antecknar när du loggar in och när du ser uppgifter om ett barn. Då kan vi i efterhand se vem som har tittat på vad.

    Under [Personuppgifter](personal) ser du varje uppgift, var den kommer ifrån och från vilken dag.

    ## Vad andra ser
    En annan vårdnadshavare ser ingenting om dig: inte din adress, din e-postadress eller ditt mobilnummer, och inte om du har ett konto.

    ## Om något är fel
    Din e-postadress och ditt mobilnummer ändrar du själv under Personuppgifter. Fel i folkbokföringen rättar Skatteverket. Fel i elevregistret rättar barnets förskola eller skola. Rättelsen når oss av sig själv.

    ## Sprid inte innehållet
    Allt innehåll i tjänsten skyddas av upphovsrättslagen och dataskyddsförordningen, GDPR. Det gäller texter, bilder, barns arbeten och uppgifter om andra. Du får läsa det men inte sprida det vidare, till exempel i sociala medier.

    Mer om lagen, tiderna och dina rättigheter står i [Dataskydd](data-protection).

# Dataskydd
data-protection-title = Dataskydd
data-protection-lead = Så behandlar Göteborgs Stad dina personuppgifter i Hjärntorget, och det här har du rätt till.
data-protection-body =
    ## Vem som ansvarar
    Den nämnd i Göteborgs Stad som driver barnets förskola eller skola är personuppgiftsansvarig. Dataskyddsombudet når du genom stadens kontaktcenter, [031-390 06 00](tel:+46313900600).

    ## Varför vi får göra det
    Vi behandlar uppgifterna för att förskolan och skolan ska kunna göra det som skollagen kräver, bland annat hålla dig informerad om ditt barn. Den lagliga grunden är uppgift av allmänt intresse och rättslig förpliktelse, artikel 6.1 e och c i dataskyddsförordningen. Vi bygger inte på samtycke.

    ## Vilka uppgifter det är
    Varje uppgift och dess källa står i [Information till vårdnadshavare](what-we-hold).

    ## Vilka som får uppgifterna
    Personal på barnets förskola eller skola som behöver dem i sitt arbete. När du legitimerar dig får BankID veta att du gör det hos oss. Vi frågar Skatteverket om folkbokföringen. De som förmedlar våra mejl och sms ser din e-postadress eller ditt mobilnummer, men aldrig vilket barn det gäller. Ingen annan får uppgifterna, och tjänsten har inga annonser och ingen mätning från andra företag.

    ## Hur länge vi sparar dem
    - En ansökan som inte blir klar tas bort efter 24 timmar.
    - Bevis om en inloggning med BankID sparas krypterat i 1 år.
    - Tider för avslutade inloggningar sparas i 30 dagar, och lika länge det folkbokföringen svarade om dig och dina barn.
    - Att en person har haft skyddade personuppgifter sparas tills förskolan eller skolan tar bort det.
    - Frågor till förskolan eller skolan, till exempel att ett barn inte är ditt, sparas tills de är utredda.
    - När ett konto avslutas tas personuppgifterna i det bort efter 90 dagar. Kvar blir att kontot har funnits, under ett tal som inte går att läsa ut ett personnummer ur.
    - Frånvaro och utskick om den sparas i 2 år. Orsaken till frånvaro som du har anmält tas bort efter 90 dagar.
    - Meddelanden i tjänsten sparas i 1 år.
    - Anteckningar om vem som har sett vad sparas i 5 år.

    Handlingar som staden måste arkivera följer stadens plan för bevarande och gallring.

    ## Dina rättigheter
    - Du har rätt att få veta vilka uppgifter vi har om dig.
    - Du har rätt att få felaktiga uppgifter rättade.
    - Du kan begära att uppgifter tas bort. Ibland måste vi ändå spara dem, eftersom de är allmänna handlingar.
    - Du kan invända mot behandlingen.

    Vänd dig till barnets förskola eller skola, eller till dataskyddsombudet. Du får svar inom en månad.

    Är du inte nöjd kan du klaga hos [Integritetsskyddsmyndigheten](https://www.imy.se).

    ## Skyddade personuppgifter
    Har du eller ditt barn skyddade personuppgifter hanteras kontot bara av personal på förskolan eller skolan. Ring dem, så berättar de hur det går till.

# Tillgänglighetsredogörelse (lagen 2018:1937, MDFFS 2019:2)
accessibility-title = Tillgänglighet för Hjärntorget
accessibility-lead = Alla ska kunna använda tjänsten. Här står hur väl vi lyckas, vad som brister och hur du säger till.
accessibility-body =
    Göteborgs Stad står bakom den här webbplatsen. Redogörelsen gäller Hjärntorgets sidor för vårdnadshavare, också de som kräver inloggning.

    ## Hur tillgänglig webbplatsen är
    Vi arbetar efter WCAG 2.2 på nivå AA. Webbplatsen är delvis förenlig med lagen om tillgänglighet till digital offentlig service. Bristerna beskrivs här under.

    Alla sidor fungerar utan skript, med bara tangentbord, vid 400 procents förstoring, på en smal skärm, i mörkt läge och med egna färger.

    ## Kända brister
    - QR-koden för BankID kräver att du kan rikta en kamera mot skärmen. Välj BankID på den här enheten om det inte går.
    - QR-koden visas en kort tid. När tiden är slut får du en ny med en knapp.
    - BankID-appen är inte vår. Brister i den kan vi inte rätta.
    - Tjänsten finns på svenska och engelska. Lättläst svenska, teckenspråk och fler språk saknas.
    - Ingen utomstående har granskat tjänsten, och den är inte prövad tillsammans med personer som använder skärmläsare.

    ## Om du inte kan använda en sida
    Ring stadens kontaktcenter, [031-390 06 00](tel:+46313900600), vardagar 8 till 16. Du kan också få hjälp på barnets förskola eller skola. Du kan få innehållet på ett annat sätt, till exempel uppläst eller på papper.

    ## Säg till om en brist
    Hittar du något som inte fungerar vill vi veta det. Ring [031-390 06 00](tel:+46313900600) eller skriv till [hjarntorget@example.se](mailto:hjarntorget@example.se). Skriv vilken sida det gäller och vad som hände. Skriv inga personnummer.

    ## Tillsyn
    Myndigheten för digital förvaltning, Digg, har tillsyn över lagen. Är du inte nöjd med hur vi hanterar det du säger kan du [anmäla det till Digg](https://www.digg.se/tdosanmalan).

    ## Så har vi prövat
    Vi har granskat webbplatsen själva. Varje ändring prövas med automatiska tester av varje sida, på båda språken, i ljust och mörkt läge, med tangentbord, utan skript och på en skärm som är 320 punkter bred.

    Webbplatsen publicerades den 24 november 2026. Redogörelsen uppdaterades senast den 24 november 2026.

# Kakor
cookies-title = Kakor
cookies-lead = Tjänsten använder fyra kakor. Alla behövs för att den ska fungera. Därför frågar vi inte om lov.
cookies-body =
    En kaka är en liten text som webbläsaren sparar åt oss. Ingen av dem innehåller något om dig, och ingen annan än vi får läsa dem.

    ## Kakorna
    - __Host-ht_s håller dig inloggad. Den tas bort när du loggar ut och slutar gälla efter 30 minuter utan att du gör något, och alltid efter 8 timmar.
    - __Host-ht_login håller ihop en legitimering med BankID. Den gäller i 10 minuter.
    - __Host-ht_dev talar om för BankID att det är samma webbläsare som förut. Den gäller i 1 år och används aldrig för att känna igen dig.
    - ht_lang minns vilket språk du valt. Den gäller i 1 år.

    Vi sparar inget annat i webbläsaren. Vi mäter inte vad du gör och delar inget med andra företag.

    ## Om du stänger av kakor
    Du kan läsa de öppna sidorna. Det går inte att ansöka eller logga in.

    Post- och telestyrelsen har tillsyn över reglerna om kakor, 9 kap. 28 § lagen om elektronisk kommunikation.

# Så känner du igen oss
recognise-us-title = Så känner du igen oss
recognise-us-lead = Bedragare kan låtsas vara skolan. Så här gör vi, och så här gör vi aldrig.
recognise-us-body =
    ## Det här frågar vi aldrig om
    - ditt personnummer
    - koder till ditt BankID eller din bank
    - kortnummer eller pengar
    - koden i mejlet eller sms:et, på något annat ställe än på den här webbplatsen

    ## Det här gör vi aldrig
    - Vi ringer aldrig och ber dig logga in med BankID.
    - Vi ber dig aldrig läsa av en QR-kod som någon har skickat till dig.
    - Vi skriver aldrig barnets namn, skola eller tider i ett mejl eller sms.

    ## Så ser våra mejl och sms ut
    De kommer från Hjärntorget. De säger vilken sorts besked det är, aldrig vem det gäller. En länk går alltid till den här webbplatsen. Är du osäker: skriv själv adressen i webbläsaren i stället för att trycka på länken.

    ## När du legitimerar dig
    I BankID-appen står det att du loggar in i Hjärntorget, Göteborgs Stad. Står det något annat, eller har du inte själv börjat på vår webbplats: avbryt.

    ## Om något känns fel
    Ring barnets förskola eller skola på ett nummer som du vet är rätt. [Hitta telefonnumret](schools). Har du lämnat ut koder ska du genast ringa din bank. Har du blivit lurad anmäler du det till polisen, [114 14](tel:+4611414).

# Utan BankID
no-bankid-title = Varför kan du inte använda BankID?
no-bankid-lead = Välj det som stämmer bäst. Vi sparar inte vad du väljer.
no-bankid-no-number = Jag har inget svenskt personnummer
no-bankid-no-bankid = Jag har inte BankID
no-bankid-protected = Jag har skyddade personuppgifter
no-bankid-other = Något annat
no-bankid-answer-title = Skolan hjälper dig att få ett konto
no-bankid-answer-lead = Barnets förskola eller skola skapar kontot tillsammans med dig. Du får samma information som andra vårdnadshavare.
no-bankid-answer-body =
    ## Gör så här nu
    1. Ring barnets förskola eller skola en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
    2. Säg att du vill ha ett vårdnadshavarkonto i Hjärntorget och att du inte kan använda BankID. Du behöver inte säga varför.
    3. Kom överens om en tid att komma dit.

    ## Ta med
    - giltig legitimation, till exempel pass, id-kort, körkort eller LMA-kort
    - ett papper som visar att du är vårdnadshavare, om skolan ber om det
    - en e-postadress eller ett telefonnummer, om du vill bli nådd så

    ## Medan du väntar
    Förskolan och skolan berättar för dig om ditt barn också utan konto: på telefon, på papper eller i ett samtal. De hjälper dig att ta del av omdömen och utvecklingsplaner.

    Får du BankID senare behåller du kontot.

# Hitta din skola
schools-title = Hitta din förskola eller skola
schools-lead = Sök på namnet, eller bläddra i listan. Här finns Göteborgs Stads egna förskolor och skolor.
schools-search-label = Förskolans eller skolans namn
schools-search = Sök
schools-none = Ingen förskola eller skola har det namnet. Pröva en del av namnet, eller visa alla.
schools-all = Visa alla
schools-independent = Går barnet i en fristående förskola eller skola? Den har ett eget system. Fråga dem.

# Besked efter BankID: varje sida säger vad man gör nu och vem man ringer
outcome-turn-to-the-school-title = Skolan hjälper dig att få ett konto
outcome-turn-to-the-school-lead = Vi kan inte skapa kontot här. Det kan ha många orsaker och betyder inte att något är fel.
outcome-turn-to-the-school-body =
    ## Gör så här nu
    1. Ring barnets förskola eller skola en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
    2. Säg att du vill ha ett vårdnadshavarkonto i Hjärntorget. Du behöver inte säga mer än så på telefon.
    3. Ta med giltig legitimation när du kommer dit.

    Förskolan och skolan berättar för dig om ditt barn också utan konto.
outcome-account-closed-title = Ditt konto är avslutat
outcome-account-closed-lead = Du har haft ett konto som har avslutats. Skolan kan öppna det igen.
outcome-account-closed-body =
    ## Gör så här nu
    1. Ring barnets förskola eller skola en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
    2. Säg att du vill öppna ditt vårdnadshavarkonto igen.
    3. Ta med giltig legitimation om de ber dig komma.
outcome-account-resting-title = Du har avslutat ditt konto
outcome-account-resting-lead = Du kan öppna det igen. Det räcker med ett tryck.
outcome-account-resting-reopen = Öppna kontot igen
outcome-account-resting-body =
    ## Det här händer
    - Du ser dina barn igen, och dina val för frånvaroutskick gäller som förut.
    - Din e-postadress och ditt mobilnummer finns kvar.

    Vill du inte öppna kontot behöver du inte göra något. Efter 30 dagar kan bara barnets förskola eller skola öppna det. [Hitta telefonnumret](schools).
outcome-not-yet-placed-title = Ditt barn har ingen plats än
outcome-not-yet-placed-lead = Vi känner till ditt barn, men barnet har ingen plats som börjar inom 60 dagar i någon av stadens förskolor eller skolor.
outcome-not-yet-placed-body =
    ## Gör så här nu
    1. Vänta tills du har fått besked om plats. Kom sedan tillbaka hit och ansök.
    2. Har du fått besked och har det gått mer än en vecka: ring förskolan eller skolan en vardag mellan 8 och 16. [Hitta telefonnumret](schools).

    Vi har inte sparat någon ansökan.
outcome-placement-ended-title = Ditt barns plats har upphört
outcome-placement-ended-lead = Barnet har gått i en av stadens förskolor eller skolor, men gör det inte längre enligt elevregistret.
outcome-placement-ended-body =
    ## Gör så här nu
    1. Har barnet börjat på en ny förskola eller skola i staden: vänta en vecka och ansök igen.
    2. Stämmer det inte att platsen har upphört: ring förskolan eller skolan en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
    3. Går barnet i en fristående skola eller i en annan kommun: fråga där vad de använder.
outcome-outside-the-city-title = Ditt barn går inte i någon av stadens skolor
outcome-outside-the-city-lead = Enligt folkbokföringen bor barnet i en annan kommun, och barnet har ingen plats i Göteborgs Stad.
outcome-outside-the-city-body =
    ## Gör så här nu
    1. Fråga barnets förskola eller skola, eller kommunen där barnet bor, vad de använder.
    2. Går barnet ändå i en av Göteborgs Stads förskolor eller skolor: ring dit en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
outcome-child-came-of-age-title = Ditt barn har fyllt 18 år
outcome-child-came-of-age-lead = Då är du inte längre vårdnadshavare i lagens mening, och det går inte att få ett vårdnadshavarkonto för barnet.
outcome-child-came-of-age-body =
    ## Gör så här nu
    1. Fråga ditt barn. En myndig elev bestämmer själv vad skolan berättar.
    2. Har du frågor: ring skolan en vardag mellan 8 och 16. [Hitta telefonnumret](schools).
outcome-under-age-title = Du behöver ha fyllt 18 år
outcome-under-age-lead = Bara den som är myndig kan få ett vårdnadshavarkonto.
outcome-under-age-body =
    ## Gör så här nu
    1. Är du elev: du har redan ett eget konto. Fråga din mentor hur du loggar in.
    2. Har du barn i förskolan: ring förskolan en vardag mellan 8 och 16, så hjälper de dig. [Hitta telefonnumret](schools).
outcome-register-down-title = Vi kan inte se dina barn just nu
outcome-register-down-lead = Du är legitimerad, men vi kan inte se vilka barn du är vårdnadshavare för. Det du har gjort är kvar.
outcome-register-down-body =
    ## Gör så här nu
    1. Vänta några minuter och försök igen.
    2. Kommer du tillbaka inom 24 timmar och legitimerar dig igen fortsätter du där du var.
    3. Är det bråttom: ring barnets förskola eller skola en vardag mellan 8 och 16. [Hitta telefonnumret](schools).

    Det som rör barnets dag sköter förskolan och skolan som vanligt.
outcome-print = Du kan skriva ut sidan.
outcome-school-heading = Ring förskolan eller skolan
outcome-hours = Vardagar 8–16
outcome-find-school = Hitta telefonnumret
outcome-try-again = Försök igen

# Felsidor
fault-forbidden-title = Du kan inte se den här sidan
fault-forbidden-lead = Den går inte att öppna härifrån. Gå tillbaka, eller börja om från startsidan.
fault-not-found-title = Sidan finns inte
fault-not-found-lead = Adressen kan vara felskriven, eller så har sidan flyttat. Det du har sparat är kvar.
fault-conflict-title = Det här är redan gjort
fault-conflict-lead = Någon har hunnit ändra samma sak, kanske du själv i en annan flik. Öppna sidan igen och se hur det står nu.
fault-too-many-title = Det gick för fort
fault-too-many-lead = Vi fick många försök på kort tid och väntar lite för säkerhets skull. Försök igen om en stund. Inget har gått förlorat.
fault-broken-title = Något gick fel hos oss
fault-broken-lead = Det är inte ditt fel. Det du redan har sparat är kvar. Försök igen om en stund.
fault-broken-reference = Ringer du oss, läs upp den här koden: { $reference }
fault-unavailable-title = Sidan går inte att visa just nu
fault-unavailable-lead = Vi når inte ett system som sidan behöver. Det du har sparat är kvar, och information och telefonnummer till skolorna går att läsa som vanligt. Försök igen om en stund. Är det bråttom, ring barnets förskola eller skola.
fault-too-big-title = Det blev för mycket text
fault-too-big-lead = Gå tillbaka och skriv kortare.
fault-to-start = Till startsidan

# Fel i fält
wrong-summary-title = Något behöver rättas
wrong-title-prefix = Fel: { $title }
wrong-missing-email = Skriv din e-postadress.
wrong-missing-mobile = Skriv ditt mobilnummer.
wrong-missing-code = Skriv koden som du har fått.
wrong-too-long = Adressen är för lång. Den får ha högst 254 tecken.
wrong-too-long-mobile = Numret är för långt. Skriv bara ett nummer.
wrong-not-an-email = Adressen ser inte rätt ut. Skriv den som namn@example.se.
wrong-email-letters = Använd bara bokstäverna a till z i adressen, utan å, ä och ö.
wrong-not-a-number = Numret ser inte rätt ut. Skriv det som 070-174 06 05, eller med plus och landsnummer först.
wrong-not-a-mobile = Det är inget mobilnummer. Sms kommer bara fram till mobiler.
wrong-premium = Numret är ett betalnummer. Skriv numret till din egen mobil.
wrong-not-a-code = Koden har sex siffror. Skriv dem som de står.
wrong-wrong-code = Koden stämmer inte. Kontrollera den senaste du har fått.
wrong-old-code = Koden är för gammal. Skicka en ny.
wrong-missing-when = Välj när det gäller.
wrong-missing-day = Välj en dag.
wrong-missing-reason = Välj en orsak.
wrong-choose-child = Välj minst ett barn.
wrong-choose-channel = Välj minst ett sätt.
wrong-no-mobile = Du har inget mobilnummer att få sms till. Lägg till ett, så finns dina val kvar. Eller ta bort krysset vid sms.
wrong-not-a-day = Dagen går inte att läsa. Skriv den som 2026-11-24.
wrong-not-a-time = Tiden går inte att läsa. Skriv den som 08:10.
wrong-reversed = Sluttiden ska vara senare än starttiden.
wrong-over = Tiden har redan passerat. Ring skolan om något ska rättas.
wrong-too-far-ahead = Du kan anmäla högst { $days } dagar framåt.
wrong-no-place = Barnet har ingen plats i förskola eller skola den dagen.

# Nej som är väntade
refusal-step-not-reached = Du har inte kommit till det steget än. Fortsätt här.
refusal-no-identification = Legitimeringen är inte igång längre. Börja om, det går fort.
refusal-other-browser = Legitimeringen började i en annan webbläsare. Gå tillbaka dit, eller börja om här.
refusal-return-spent = Länken tillbaka gäller bara en gång och bara en kort stund. Börja om, det går fort.
refusal-other-person = Det var en annan person som legitimerade sig. Du är utloggad för säkerhets skull. Logga in igen med ditt eget BankID.
refusal-not-trusted = Vi kunde inte godta legitimeringen den här gången. Försök igen, eller ring barnets förskola eller skola.
refusal-bank-id-down = BankID svarar inte just nu. Försök igen om en stund.
refusal-too-many-tries = Det blev för många försök. Skicka en ny kod, och vänta en kvart innan du använder den.
refusal-too-many-letters = Vi har skickat många mejl eller sms på kort tid. Titta bland det du har fått, också i skräpposten, eller vänta en timme.
refusal-link-spent = Länken gäller inte längre. Öppna det senaste mejlet, eller skicka ett nytt från ansökan.
refusal-no-child-left = Du har sagt att inget av barnen är ditt. Skolan får veta det. Ångra om det blev fel.
refusal-not-fresh = Det var en stund sedan du loggade in. Legitimera dig igen, så fortsätter du här. Det du har skrivit finns kvar.
refusal-too-many-changes = Du har ändrat flera gånger i dag. Försök igen i morgon, eller ring barnets förskola eller skola.
refusal-changed-meanwhile = Inställningarna ändrades någon annanstans sedan du öppnade sidan, kanske av dig i en annan flik. Se efter att det du valt stämmer och spara igen.
refusal-already-begun = Frånvaron har redan börjat eller är redan ändrad. Ring skolan om något ska rättas.
refusal-summary-title = Det gick inte den här gången
refusal-form = Något i formuläret behöver rättas.

# Runt varje sida
shell-name = Hjärntorget
shell-title = { $title } – Hjärntorget
shell-skip = Hoppa till innehållet
shell-sign-in = Logga in
shell-sign-out = Logga ut
shell-menu = Ditt konto
shell-application = Din ansökan
shell-children = Mina barn
shell-messages = Meddelanden
shell-unread = { $messages ->
    [one] 1 oläst meddelande
   *[other] { $messages } olästa meddelanden
}
shell-personal = Personuppgifter
shell-footer = Om tjänsten
shell-information = Ansökan om vårdnadshavarkonto
shell-what-we-hold = Information till vårdnadshavare
shell-data-protection = Dataskydd
shell-accessibility = Tillgänglighet
shell-cookies = Kakor
shell-recognise-us = Så känner du igen oss
shell-schools = Hitta din skola
shell-copyright = Innehållet skyddas av upphovsrättslagen och GDPR och får inte spridas vidare. Göteborgs Stad.

# Delar som alla steg har
step-of = Steg { $step } av { $of }
step-back = Tillbaka
step-continue = Fortsätt
step-out = Spara och fortsätt senare

# Logga in
sign-in-title = Logga in
sign-in-lead = Logga in med BankID. Var har du BankID-appen?
sign-in-this-device = Logga in med BankID på den här enheten
sign-in-this-device-text = Appen finns i den här mobilen, surfplattan eller datorn.
sign-in-other-device = Logga in med BankID på en annan enhet
sign-in-other-device-text = Du läser av en QR-kod med mobilen.
sign-in-never-ask = Vi ber dig aldrig skriva ditt personnummer, och vi ringer aldrig och ber dig logga in.
sign-in-no-bankid = Jag har inte BankID
sign-in-no-bankid-text = Barnets förskola eller skola hjälper dig. Välj det som stämmer bäst.
sign-in-no-account = Jag har inget konto än

# BankID
bankid-scan-title = Läs av QR-koden
bankid-qr-alt = QR-kod för BankID
bankid-time-left = Tid kvar: { $minutes } min { $seconds } s
bankid-slow = Händer inget? Kontrollera att BankID-appen är öppen och uppdaterad. Du kan också avbryta och börja om.
bankid-how-open = Öppna BankID-appen på din mobil.
bankid-how-scan = Tryck på QR-knappen och rikta kameran mot koden.
bankid-how-confirm = Kontrollera att det står Hjärntorget och legitimera dig. Tryck sedan på Fortsätt, om sidan inte går vidare av sig själv.
bankid-frame-done = Du är legitimerad. Tryck på Fortsätt.
bankid-frame-stopped = Koden gäller inte längre. Tryck på Fortsätt.
bankid-open-title = Öppna BankID på den här enheten
bankid-open-lead = Legitimera dig i appen. Sedan kommer du tillbaka hit, i en ny flik.
bankid-open = Öppna BankID
bankid-other-tab = Fortsätt i den nya fliken. Den här kan du stänga.
bankid-this-instead = Använd den här enheten i stället
bankid-other-instead = Använd en annan enhet i stället
bankid-cancel = Avbryt
bankid-complete-title = Du är legitimerad
bankid-stopped-title = Det blev ingen legitimering
bankid-return-title = Nästan klart
bankid-return-lead = Du är på väg tillbaka från BankID.
bankid-start-again = Händer inget? Börja om
bankid-not-in-title = Du är inte inloggad

# Ansökan: innan du börjar
apply-before-title = Innan du börjar
apply-before-lead = Ansökan tar ungefär fem minuter.
apply-before-body =
    ## Det här behöver du
    - BankID, på den här enheten eller i en telefon bredvid dig
    - en e-postadress som du kan läsa nu

    ## Det här gör vi
    - Vi frågar folkbokföringen vilka barn du är vårdnadshavare för.
    - Vi frågar stadens elevregister var barnen går.
    - Vi skickar en kod till din e-postadress, så att vi vet att den stämmer.

    Du kan göra ett uppehåll. Det du har svarat finns kvar i 24 timmar.

    Läs gärna [Information till vårdnadshavare](what-we-hold) och [Dataskydd](data-protection) först.

# Ansökan: BankID
apply-identify-title = Visa vem du är med BankID
apply-identify-lead = Då vet vi att det är du och ingen annan som får se dina barn. Var har du BankID-appen?

# Ansökan: dina barn
apply-children-title = Är det här dina barn?
apply-children-lead = Du är inloggad som { $name }. Enligt folkbokföringen är du vårdnadshavare för:
apply-children-confirm = { $children ->
    [one] Ja, det är mitt barn
   *[other] Ja, det är mina barn
}
apply-children-missing = Saknar du ett barn?
apply-children-missing-body =
    Ett nyfött barn syns när Skatteverket har registrerat vårdnaden. Ett barn som nyss fått plats syns oftast inom några dagar.

    Fortsätt med ansökan ändå. Barnet dyker upp i ditt konto av sig självt. Gör det inte det, ring barnets förskola eller skola. [Hitta telefonnumret](schools).
apply-child-not-mine = Det här är inte mitt barn
apply-child-mine = Ångra, det är mitt barn
apply-child-gone = Du har sagt att det inte är ditt barn. Skolan får veta det och rättar. Barnet kommer inte med i ditt konto.

# Ansökan: e-post
email-title = Vilken e‑postadress har du?
email-lead = Vi skickar besked från förskolan och skolan dit. Ingen annan vårdnadshavare ser adressen.
email-hint = Till exempel namn@example.se. Du får strax ett mejl med en kod.
email-shared = Delar du adressen med någon?
email-shared-body =
    Alla som kan läsa brevlådan kan läsa beskeden. Välj hellre en adress som bara du läser.

    Det står aldrig barnets namn, skola eller tider i våra mejl.

# Ansökan: bekräfta
code-title = Vilken kod står i mejlet?
code-sent = Vi skickade ett mejl till { $email } klockan { $time }. Skriv koden här, eller öppna länken i mejlet.
code-on-its-way = Ett mejl är på väg till { $email }. Skriv koden här när det har kommit, eller öppna länken i mejlet.
code-hint = Sex siffror. Koden gäller i 10 minuter.
code-none-title = Har du inte fått något mejl?
code-none = Titta i skräpposten. Kontrollera att adressen ovan är rätt.
code-resend = Skicka ett nytt mejl
code-resent = Ett nytt mejl är på väg. Koden i det gamla gäller inte längre.
code-change-address = Ändra adressen
code-link-opened = Jag har öppnat länken i mejlet
code-confirmed = Vi vet att mejl till { $email } kommer fram.
confirm-title = Bekräfta din e‑postadress
confirm-lead = Tryck på knappen om det är du som ansöker om ett konto i Hjärntorget. Är det inte du, stäng sidan.
confirm-send = Bekräfta adressen
confirm-done-title = Adressen är bekräftad
confirm-done-here = Nu återstår bara att kontrollera svaren.
confirm-done-elsewhere = Gå tillbaka till fönstret där du ansöker och fortsätt där. Är det stängt legitimerar du dig igen.
confirm-spent-title = Länken gäller inte längre
confirm-to-application = Till ansökan

# Ansökan: kontrollera
check-title = Kontrollera dina svar
check-lead = När du skapar kontot kopplas det till dig och barnen här nedanför.
check-children = Barn
check-change = Ändra
check-add = Lägg till
check-change-children = barn
check-change-email = e-postadress
check-email-confirmed = Bekräftad
check-information-title = Så använder vi uppgifterna
check-information-body =
    Vi använder dem för att visa rätt barn för dig och för att förskolan och skolan ska nå dig. Läs mer i [Information till vårdnadshavare](what-we-hold) och [Dataskydd](data-protection).

    Det du ser i tjänsten skyddas av upphovsrättslagen och GDPR. Du får läsa det men inte sprida det vidare.
check-complete = Skapa konto

# Kvitto
receipt-title = Ditt konto är klart
receipt-lead = Du är inloggad. Nästa gång loggar du in med BankID.
receipt-children = Barn i ditt konto
receipt-next-title = Det här händer nu
receipt-next-mail = Du får ett mejl till { $email } som bekräftar att kontot finns.
receipt-next-see = Under Mina barn ser du var barnen går och hur du når förskolan eller skolan.
receipt-next-sign-in = Logga in med BankID när du vill. Du behöver inte ansöka igen: kontot följer med barnen från förskola till gymnasium.
receipt-to-children = Gå till Mina barn
receipt-to-personal = Se dina personuppgifter

# Mina barn
children-title = Mina barn
children-enrolled = Har plats nu
children-begins = Börjar { $date }
children-ended = Slutade { $date }
children-no-school = Ingen förskola eller skola än
children-username = Användarnamn
children-email = Barnets e-post i skolan
children-contact = Kontakt
children-away-reported = Anmäld frånvaro i dag
children-away-unexcused = Ogiltig frånvaro i dag
children-protected = Innehållet skyddas av upphovsrättslagen och GDPR. Sprid det inte vidare.
children-empty = Just nu finns inget barn att visa här.
children-empty-way = Det kan bero på att ett register uppdateras. Ring barnets förskola eller skola om du tror att något är fel.

# Meddelanden (PIM)
messages-title = Meddelanden
messages-about = { $what }: { $child }
messages-unread = Nytt
messages-unanswered = Inte bekräftat
messages-acknowledged = Bekräftat { $time }
messages-newer = Nyare meddelanden
messages-older = Äldre meddelanden
messages-empty = Du har inga meddelanden. Här kommer besked om frånvaro, om du har valt det.
message-absence-title = Frånvaro
message-absence-lead = { $child } är frånvarande { $date }, och ingen har anmält det.
message-valid-lead = { $child } är frånvarande { $date }. Skolan vet om det.
message-absence-body =
    ## Gör så här nu
    - Vet du inte var barnet är: ring förskolan eller skolan på en gång.
    - Är barnet sjukt eller ledigt: [anmäl frånvaron](absence-report), så vet alla.
    - Tror du att något är fel: ring, så rättar de det. Du får då ett nytt besked.
message-correction-title = Rättad frånvaro
message-correction-lead = Ett tidigare besked om { $child }, { $date }, stämde inte. Så här är det:
message-trial-title = Prov
message-trial-lead = Det här är ett prov som du har bett om. Meddelanden kommer fram till dig.
message-came = Skickat { $time }
message-acknowledge = Jag har fått beskedet
message-acknowledged = Förskolan eller skolan ser att du har fått beskedet.
missed-unexcused = Inte anmäld
missed-reported = Anmäld
missed-leave = Ledig
missed-present = På plats

# Länken i ett mejl eller sms om frånvaro: ingen inloggning, inget om någon
receive-title = Har du fått beskedet?
receive-lead = Tryck på knappen, så vet förskolan eller skolan att beskedet om frånvaro har kommit fram till dig.
receive-read = Du behöver inte logga in för att bekräfta. Vad beskedet handlar om läser du sedan, när du har loggat in.
received-title = Tack, det är bekräftat
received-lead = Förskolan eller skolan ser nu att du har fått beskedet. Logga in för att läsa vad det gäller.
received-spent-lead = Den är för gammal, eller så kom inte hela adressen med. Logga in och bekräfta beskedet under Meddelanden i stället.
received-to-messages = Läs meddelandet

# Personuppgifter
personal-title = Personuppgifter
personal-lead = Det här vet tjänsten om dig, var det kommer ifrån och från vilken dag.
personal-name = Namn
personal-number = Personnummer
personal-address = Adress
personal-email = E-postadress
personal-language = Språk i mejl och sms
personal-since = Konto sedan
personal-wrong-title = Är något fel?
personal-wrong = Namn och adress rättar Skatteverket. E-postadress, mobilnummer och språk ändrar du själv här. Hjälper inte det, ring barnets förskola eller skola.
personal-close-title = Vill du avsluta kontot?
personal-close = Det kan du göra när du vill, och du kan ångra dig i 30 dagar. Förskolan eller skolan kan också göra det åt dig.
personal-mobile = Mobilnummer
personal-mobile-none = Inget nummer. Med ett nummer kan du få sms när ett barn saknas.
personal-change-email = e-postadressen
personal-change-mobile = mobilnumret
personal-add-mobile = mobilnummer
personal-email-failing = Mejl till dig har inte kommit fram sedan { $date }. Kontrollera adressen och bekräfta den igen.
personal-mobile-failing = Sms till dig har inte kommit fram sedan { $date }. Kontrollera numret och bekräfta det igen.
personal-language-title = Vilket språk vill du ha i mejl och sms?
personal-language-text = Sidornas språk byter du högst upp på sidan.
personal-sources = Varifrån kommer uppgifterna?
personal-sources-body =
    Under varje uppgift står varifrån den kommer och vilken dag den är från.

    - Namn och adress kommer från folkbokföringen. Vi frågar Skatteverket när du loggar in.
    - Personnumret kommer från ditt BankID.
    - E-postadress, mobilnummer och språk har du själv lämnat.
    - Dagen då du fick kontot har tjänsten antecknat.
personal-try-title = Når vi dig?
personal-try = Skicka ett prov, så ser du att det kommer fram.
personal-try-mail = Skicka ett prov med mejl
personal-try-message = Skicka ett prov till Meddelanden
personal-try-sms = Skicka ett prov med sms
personal-devices = Se var du är inloggad, och logga ut enheter som du inte använder.
personal-devices-see = Se inloggade enheter
personal-done-email = E-postadressen är bekräftad. Hade du en annan förut får du ett mejl dit om att den är bytt.
personal-done-mobile = Mobilnumret är bekräftat. Nu kan du välja sms för dina barn.
personal-done-mobile-removed = Mobilnumret är borttaget. Vi skickar inga fler sms.
personal-done-language = Språket är ändrat.
personal-done-tried = Ett prov är på väg. Det brukar komma inom en minut.
source-from = { $source }, { $date }
source-population-register = Från folkbokföringen
source-pupil-register = Från stadens elevregister
source-bankid = Från ditt BankID
source-guardian = Från dig
source-service = Från tjänsten

# Personuppgifter: visa igen att det är du
step-up-title = Visa att det är du

# Personuppgifter: e-post
change-email-title = Vilken e‑postadress vill du ha?
change-email-lead = Vi skickar en kod dit. Adressen byts först när du har skrivit koden.
change-email-now = Nu har du { $email }. Dit skickar vi ett mejl när den är bytt.
change-email-sent = Vi skickade ett mejl till { $email } klockan { $time }. Skriv koden här.
change-email-on-its-way = Ett mejl är på väg till { $email }. Skriv koden här när det har kommit.

# Personuppgifter: mobilnummer
mobile-title = Vilket mobilnummer har du?
mobile-lead = Vi skickar ett sms med en kod. Ingen annan vårdnadshavare ser numret.
mobile-hint = Till exempel 070-174 06 05. Ett utländskt nummer börjar med + och landsnumret.
mobile-shared = Delar du mobilen med någon?
mobile-shared-body =
    Alla som kan läsa sms i mobilen kan läsa beskeden. Välj hellre ett nummer som bara du har.

    Det står aldrig barnets namn, skola eller tider i våra sms.
mobile-code-title = Vilken kod står i sms:et?
mobile-code-sent = Vi skickade ett sms till { $mobile } klockan { $time }. Skriv koden här.
mobile-code-on-its-way = Ett sms är på väg till { $mobile }. Skriv koden här när det har kommit.
mobile-code-none = Det kan ta någon minut. Kontrollera att numret ovan är rätt och att mobilen är på.
mobile-remove-title = Vill du ta bort numret?
mobile-remove-text = Nu har du { $mobile }. Tar du bort det får du inga sms. För barn där du bara har valt sms får du e-post och meddelanden här i stället.
mobile-remove = Ta bort numret
code-confirm = Bekräfta
code-not-come = Har du inte fått någon kod?
code-again = Skicka en ny kod
code-change-it = Ändra

# Personuppgifter: inloggade enheter
devices-title = Inloggade enheter
devices-lead = Här är du inloggad just nu. Känner du inte igen en enhet, logga ut den.
devices-here = Den här enheten
devices-unknown = Okänd webbläsare
devices-moment = { $day } klockan { $time }
devices-since = Inloggad sedan { $moment }
devices-used = Senast använd { $moment }
devices-end = Logga ut
devices-end-others = Logga ut alla andra
devices-end-all = Logga ut alla enheter

# Personuppgifter: avsluta kontot
close-title = Avsluta mitt konto
close-lead = Du kan ångra dig i 30 dagar. Då loggar du in med BankID och öppnar kontot igen.
close-body =
    ## Det här händer
    - Du loggas ut på alla enheter.
    - Du ser inte längre dina barn här och kan inte anmäla frånvaro här.
    - Vi slutar skicka mejl, sms och meddelanden om frånvaro till dig. Andra vårdnadshavare får sina besked som förut.
    - Efter 30 dagar kan bara förskolan eller skolan öppna kontot igen. Efter 90 dagar raderar vi ditt namn, ditt personnummer, din e-postadress och ditt mobilnummer.
    - Barnens uppgifter i skolan påverkas inte.
close-send = Avsluta kontot
closed-title = Ditt konto är avslutat
closed-lead = Du är utloggad, och vi skickar inga fler besked till dig.
closed-body = Ångrar du dig? Logga in med BankID inom 30 dagar, så kan du öppna kontot igen.

# Inloggningens slut
session-ends-title = Du loggas snart ut
session-ends-text = Tiden är snart slut. Stanna kvar, så finns det du har skrivit kvar.
session-ends-at = Du loggas ut { $time } om du inte gör något.
session-stay = Stanna inloggad
session-ended-title = Du är utloggad
session-ended-lead = Tiden gick ut, så vi loggade ut dig för säkerhets skull. En ansökan som inte är klar finns kvar i 24 timmar.
session-signed-out-title = Du är utloggad
session-signed-out-lead = Sitter du vid en delad dator? Stäng webbläsaren också.
session-sign-in-again = Logga in
session-apply-again = Fortsätt ansökan

# Resten
schools-preschool = Förskola
schools-compulsory = Grundskola
schools-upper-secondary = Gymnasieskola
no-bankid-no-number-text = Du behöver inget svenskt personnummer för att få ett konto.
no-bankid-no-bankid-text = Du behöver inget BankID för att få ett konto.
no-bankid-protected-text = Bara den personal som behöver det ser att du har ett konto. Säg inte mer på telefon än du vill.
no-bankid-other-text = Du behöver inte förklara varför.
no-cookies-title = Webbläsaren sparar inga kakor
no-cookies-lead = Då går det inte att logga in eller ansöka.
no-cookies-body =
    ## Gör så här nu
    1. Öppna inställningarna i webbläsaren och tillåt kakor för den här webbplatsen. Vi använder bara kakor som behövs.
    2. Öppna sidan i ett vanligt fönster, om du surfar privat.
    3. Försök igen.
fault-malformed-title = Något blev fel i det som skickades
fault-malformed-lead = Sidan kan ha varit öppen länge. Öppna den igen och försök en gång till. Inget har sparats.

# Närvarohantering
absence-title = Närvarohantering
absence-lead = Anmäl frånvaro, se tillbaka på den och välj hur du får besked.
absence-box-title = Närvaro för vårdnadshavare
absence-today = I dag
absence-nothing-today = Ingen frånvaro anmäld eller noterad
absence-when-day = { $day }, hela dagen
absence-when-days = { $first } till { $last }
absence-when-from = { $day } från { $from }
absence-when-until = { $day } till { $until }
absence-when-times = { $day } { $from }–{ $until }
absence-days = { $days ->
    [one] 1 dag
   *[other] { $days } dagar
}
absence-minutes = { $minutes } min
absence-hours = { $hours } tim
absence-hours-minutes = { $hours } tim { $minutes } min

# Anmäl frånvaro
report-title = Anmäl frånvaro
report-change-title = Ändra anmälan
report-who = Vem gäller det?
report-when = När?
report-today = I dag, { $day }, hela dagen
report-rest = Resten av dagen
report-tomorrow = I morgon, { $day }, hela dagen
report-that-day = { $day }, hela dagen
report-own = En annan dag eller egna tider
report-own-hint = Upp till 14 dagar framåt. Lämna tiderna tomma om det gäller hela dagen.
report-day = Dag
report-from = Från klockan
report-until = Till klockan
report-why = Varför?
report-why-hint = Det räcker att välja. Orsaken visas inte för någon annan vårdnadshavare och tas bort efter 90 dagar.
reason-ill = Sjuk
reason-care = Besök hos läkare, tandläkare eller liknande
reason-other = Annat
report-send = Anmäl frånvaro
report-save-change = Spara ändringen
report-done = Frånvaron är anmäld.
report-changed = Anmälan är ändrad.
report-withdrawn = Anmälan är tillbakatagen.
report-withdraw = Ta tillbaka
report-more = Anmäl mer frånvaro
reported-title = Anmäld frånvaro
reported-hint = Du kan ändra eller ta tillbaka din egen anmälan tills frånvaron börjar. En hel dag räknas från klockan 8. Efter det ringer du skolan.
reported-by = Anmäld frånvaro
reported-leave = Beviljad ledighet
reported-sent = Skolan fick anmälan { $time }
reported-sending = Anmäld. Vi skickar den till skolan och försöker tills den har kommit fram
reported-recalling = Tillbakatagen. Vi säger till skolan och försöker tills det har kommit fram
reported-left = Skolans register tog inte emot anmälan. Ring skolan
reported-left-withdrawn = Tillbakatagen här. Skolan rättar sitt register

# Inställningar för frånvaroutskick
settings-title = Inställningar för frånvaroutskick
settings-lead = Så får du veta när ditt barn är frånvarande utan att det är anmält. Välj ett eller flera sätt.
settings-all = Alla dina barn
settings-mail = E-post
settings-mail-hint = Ett kort mejl utan personliga uppgifter.
settings-pim = Meddelande i tjänsten (PIM)
settings-pim-hint = Du läser det här när du är inloggad.
settings-sms = Sms
settings-sms-hint = Ett kort sms utan personliga uppgifter.
settings-sms-number = Du behöver först lägga till ett mobilnummer.
settings-add-number = Lägg till mobilnummer
settings-valid = Berätta också om giltig frånvaro
settings-valid-hint = Till exempel frånvaro som någon annan har anmält, eller beviljad ledighet.
settings-save = Spara
settings-save-for = Spara för { $name }
settings-saved = Inställningarna är sparade.
settings-not-saved = Det du valde senast är inte sparat än. Se efter att det stämmer och spara.
settings-each = Välj olika för barnen
settings-same = Välj samma för alla barn

# Frånvarohistorik
history-title = Frånvarohistorik
history-child = Barn
history-which = Period
history-shows = Vilken frånvaro
history-show = Visa
history-term = Den här terminen
history-last-term = Förra terminen
history-thirty-days = Senaste 30 dagarna
history-year = Läsåret
history-all = All frånvaro
history-valid = Giltig frånvaro
history-invalid = Ogiltig frånvaro
history-both = Giltig och ogiltig frånvaro
history-period = { $from } till { $to }
history-days = Dagar med frånvaro
history-share = { $days } av { $weekdays } vardagar, { $percent } %
history-invalid-days = Dagar med ogiltig frånvaro
history-valid-lessons = Giltig frånvaro från lektioner
history-invalid-lessons = Ogiltig frånvaro från lektioner
history-lessons = { $lessons ->
    [one] { $lessons } lektion
   *[other] { $lessons } lektioner
}
history-as-table = Visa som tabell
history-by-month = Dagar med frånvaro, månad för månad
history-month = Månad
history-picture = { $month }: { $valid } giltig, { $invalid } ogiltig
history-every = Varje frånvaro, den senaste först
history-when = När
history-what = Vad
history-kind = Frånvaro
history-length = Längd
history-lesson = Lektion
history-care = Förskola eller fritidshem
history-none = Ingen frånvaro att visa för perioden.
history-source = Från stadens elevregister, { $date }.
history-print = Visa för utskrift
history-print-how = Skriv ut med webbläsarens egen funktion.
history-file = Hämta som fil (CSV)
history-file-hint = Filen öppnas i ett kalkylprogram. Förvara den så att ingen annan läser den.
file-first = Första dag
file-last = Sista dag
file-from = Från
file-until = Till
file-valid = Giltiga minuter
file-invalid = Ogiltiga minuter
