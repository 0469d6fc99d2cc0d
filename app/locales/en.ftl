# The start page
start-title = Follow your child in preschool and school
start-lead = With a guardian account you see your children in one place and hear from their preschool and school.
start-apply = Apply for an account
start-sign-in = Log in
start-saved = Your application is saved. You can go on within 24 hours.
start-how-title = How to apply
start-how-text = You need BankID and an email address. It takes about five minutes.
start-no-bankid-title = I cannot use BankID
start-no-bankid-text = Your child’s preschool or school helps you get an account.
start-hold-title = What we hold
start-hold-text = What the service knows about you and your child, why, and where it comes from.
start-schools-title = Find your school
start-schools-text = Telephone numbers of the city’s preschools and schools.

# Applying for a guardian account (M1-M7)
information-title = Apply for a guardian account
information-lead = As a guardian you apply yourself, with BankID. It takes about five minutes.
information-body =
    ## Who can apply
    You can apply if you are the legal guardian (juridisk vårdnadshavare) of a child in one of the City of Gothenburg’s preschools or schools. The population register decides who is a guardian. Your personal identity number and the child’s connect you.

    If you are two guardians, each of you applies. You see nothing about each other in the service.

    ## What you need
    - BankID, on this device or on a phone beside you
    - an email address that you can read while you apply

    We never ask you to type your personal identity number.

    ## How it works
    1. You identify yourself with BankID.
    2. You see which children you are a guardian of, and tell us if something is wrong.
    3. You type your email address.
    4. You get an email and confirm the address with a code or a link.
    5. You check your answers and create the account.

    You can take a break. If you come back within 24 hours and identify yourself again, you continue where you left off.

    ## If you already have an account
    Then you use that one. [Log in with BankID](sign-in) and you come straight to My children (Mina barn). The same account follows from preschool to upper secondary school.

    ## If you do not have BankID
    Your child’s preschool or school helps you get an account. That also applies if you have no Swedish personal identity number or have protected personal data. [What to do without BankID](no-bankid).

    ## Closing the account
    You can close your account whenever you like, under [Personal data](personal). Your child’s preschool or school can also do it for you. [Find the telephone number](schools).
information-apply = Start the application
information-hold = Read what we hold

# Information for guardians (M11-M13)
what-we-hold-title = Information for guardians
what-we-hold-lead = What the service knows about you and your child, why we need it and where it comes from.
what-we-hold-body =
    ## About your child
    This comes from the city’s pupil register for preschool and school:
    - name
    - personal identity number
    - address
    - preschool or school
    - section, class or group

    The service itself adds two things: the child’s user name and the child’s school email address. Every child gets an account of their own automatically.

    Absence comes from the pupil register too. What you report yourself we send there, without saying who reported it or why.

    We need this to show the right child to the right guardian.

    ## About you
    - Your name and personal identity number come from your BankID. We use the number to ask the population register which children you are a guardian of.
    - Your address comes from the population register at the Swedish Tax Agency.
    - Your email address is what you typed yourself. We need it so that the preschool and school can reach you.
    - Your mobile number is what you typed yourself, too, if you have added one. We need it to send text messages.
    - We note when you log in and when you look at something about a child. That way we can see afterwards who looked at what.

    Under [Personal data](personal) you see each item, where it comes from and from which day.

    ## What others see
    Another guardian sees nothing about you: not your address, your email address or your mobile number, and not whether you have an account.

    ## If something is wrong
    You change your email address and your mobile number yourself under Personal data. The Swedish Tax Agency corrects the population register. Your child’s preschool or school corrects the pupil register. The correction reaches us by itself.

    ## Do not share the content
    All content in the service is protected by copyright law and the General Data Protection Regulation, GDPR. That goes for texts, pictures, children’s work and what is said about others. You may read it but not share it, for example on social media.

    More about the law, how long we keep things and your rights is under [Data protection](data-protection).

# Data protection
data-protection-title = Data protection
data-protection-lead = How the City of Gothenburg handles your personal data in Hjärntorget, and what you have a right to.
data-protection-body =
    ## Who is responsible
    The committee of the City of Gothenburg that runs your child’s preschool or school is the controller. You reach the data protection officer through the city’s contact centre, [031-390 06 00](tel:+46313900600).

    ## Why we may do it
    We handle the data so that the preschool and school can do what the Education Act requires, such as keeping you informed about your child. The legal basis is a task in the public interest and a legal obligation, Article 6.1 e and c of the General Data Protection Regulation. We do not rely on consent.

    ## Which data
    Each item and its source is in [Information for guardians](what-we-hold).

    ## Who gets the data
    Staff at your child’s preschool or school who need it for their work. When you identify yourself, BankID learns that you do so with us. We ask the Swedish Tax Agency about the population register. Those who pass on our emails and text messages see your email address or your mobile number, but never which child it is about. Nobody else gets the data, and the service has no advertisements and no tracking by other companies.

    ## How long we keep it
    - An application that is not finished is erased after 24 hours.
    - Proof of a BankID login is kept encrypted for 1 year.
    - Times of ended logins are kept for 30 days, and so is what the population register answered about you and your children.
    - The fact that a person has had protected personal data is kept until the preschool or school removes it.
    - Questions to the preschool or school, such as that a child is not yours, are kept until they are settled.
    - When an account is closed, the personal data in it is erased after 90 days. What stays is that the account existed, under a value that no personal identity number can be read from.
    - Absence and notices about it are kept for 2 years. The reason of absence that you have reported is erased after 90 days.
    - Messages in the service are kept for 1 year.
    - Notes of who looked at what are kept for 5 years.

    Documents that the city must archive follow the city’s plan for retention and disposal.

    ## Your rights
    - You have the right to know what we hold about you.
    - You have the right to have wrong data corrected.
    - You can ask for data to be erased. Sometimes we must still keep it, because it is a public document.
    - You can object to the handling.

    Contact your child’s preschool or school, or the data protection officer. You get an answer within one month.

    If you are not satisfied you can complain to the [Swedish Authority for Privacy Protection](https://www.imy.se).

    ## Protected personal data
    If you or your child have protected personal data, only staff at the preschool or school handle the account. Call them and they will tell you how it works.

# Accessibility statement (Act 2018:1937, MDFFS 2019:2)
accessibility-title = Accessibility of Hjärntorget
accessibility-lead = Everybody should be able to use the service. Here is how well we do, what falls short and how to tell us.
accessibility-body =
    The City of Gothenburg is behind this website. The statement covers Hjärntorget’s pages for guardians, including those that need a login.

    ## How accessible the website is
    We work to WCAG 2.2 at level AA. The website is partly compliant with the Swedish act on accessibility to digital public services. What falls short is described below.

    Every page works without script, with the keyboard alone, at 400 per cent zoom, on a narrow screen, in dark mode and with your own colours.

    ## Known shortcomings
    - The QR code for BankID requires that you can point a camera at the screen. Choose BankID on this device if you cannot.
    - The QR code is shown for a short time. When the time is up, a button gives you a new one.
    - The BankID app is not ours. We cannot mend what falls short in it.
    - The service is in Swedish and English. Easy-to-read Swedish, sign language and more languages are missing.
    - Nobody from outside has reviewed the service, and it has not been tested together with people who use screen readers.

    ## If you cannot use a page
    Call the city’s contact centre, [031-390 06 00](tel:+46313900600), weekdays 08:00–16:00. You can also get help at your child’s preschool or school. You can have the content in another way, for example read aloud or on paper.

    ## Tell us about a shortcoming
    If you find something that does not work, we want to know. Call [031-390 06 00](tel:+46313900600) or write to [hjarntorget@example.se](mailto:hjarntorget@example.se). Say which page it is and what happened. Do not write any personal identity numbers.

    ## Supervision
    The Agency for Digital Government, Digg, supervises the act. If you are not satisfied with how we handle what you tell us, you can [report it to Digg](https://www.digg.se/tdosanmalan).

    ## How we tested
    We have reviewed the website ourselves. Every change is checked with automatic tests of every page, in both languages, in light and dark mode, with the keyboard, without script and on a screen 320 points wide.

    The website was published on 24 November 2026. The statement was last updated on 24 November 2026.

# Cookies
cookies-title = Cookies
cookies-lead = The service uses four cookies. All are needed for it to work, so we do not ask for your consent.
cookies-body =
    A cookie is a small text file that your browser keeps for us. None of them holds anything about you, and nobody but us may read them.

    ## The cookies
    - __Host-ht_s keeps you logged in. It is removed when you log out and ends after 30 minutes without activity, and always after 8 hours.
    - __Host-ht_login holds an identification with BankID together. It lasts 10 minutes.
    - __Host-ht_dev tells BankID that it is the same browser as before. It lasts 1 year and is never used to recognise you.
    - ht_lang remembers the language you chose. It lasts 1 year.

    We keep nothing else in the browser. We do not measure what you do and share nothing with other companies.

    ## If you turn cookies off
    You can read the open pages. You cannot apply or log in.

    The Swedish Post and Telecom Authority supervises the rules on cookies, chapter 9, section 28 of the Electronic Communications Act.

# How to recognise us
recognise-us-title = How to recognise us
recognise-us-lead = Fraudsters can pretend to be the school. This is what we do, and what we never do.
recognise-us-body =
    ## What we never ask for
    - your personal identity number
    - codes for your BankID or your bank
    - card numbers or money
    - the code in the email or the text message, anywhere else than on this website

    ## What we never do
    - We never call and ask you to log in with BankID.
    - We never ask you to scan a QR code that somebody sent you.
    - We never write a child’s name, school or times in an email or a text message.

    ## What our emails and text messages look like
    They come from Hjärntorget. They say what kind of notice it is, never whom it is about. A link always leads to this website. If you are unsure: type the address in your browser yourself instead of following the link.

    ## When you identify yourself
    The BankID app says that you are signing in to Hjärntorget, City of Gothenburg. If it says something else, or if you did not start on our website yourself: cancel.

    ## If something feels wrong
    Call your child’s preschool or school at a number you know is right. [Find the telephone number](schools). If you have given away codes, call your bank at once. If you have been tricked, report it to the police, [114 14](tel:+4611414).

# Without BankID
no-bankid-title = Why can you not use BankID?
no-bankid-lead = Choose what fits best. We do not keep what you choose.
no-bankid-no-number = I have no Swedish personal identity number
no-bankid-no-bankid = I do not have BankID
no-bankid-protected = I have protected personal data
no-bankid-other = Something else
no-bankid-answer-title = The school helps you get an account
no-bankid-answer-lead = Your child’s preschool or school creates the account together with you. You get the same information as other guardians.
no-bankid-answer-body =
    ## Do this now
    1. Call your child’s preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
    2. Say that you want a guardian account in Hjärntorget and that you cannot use BankID. You do not have to say why.
    3. Agree on a time to visit.

    ## Bring
    - a valid identity document, such as a passport, identity card, driving licence or LMA card
    - a document that shows that you are a guardian, if the school asks for it
    - an email address or a telephone number, if you want to be reached that way

    ## While you wait
    The preschool and school tell you about your child without an account as well: by telephone, on paper or at a meeting. They help you read assessments and development plans.

    If you get BankID later you keep the account.

# Find your school
schools-title = Find your preschool or school
schools-lead = Search by name, or browse the list. It covers the City of Gothenburg’s own preschools and schools.
schools-search-label = Name of the preschool or school
schools-search = Search
schools-none = No preschool or school has that name. Try part of the name, or show all.
schools-all = Show all
schools-independent = Does your child go to an independent preschool or school? It has a system of its own. Contact them directly.

# After BankID: each page says what to do now and whom to call
outcome-turn-to-the-school-title = The school helps you get an account
outcome-turn-to-the-school-lead = We cannot create the account here. There can be many reasons, and it does not mean that anything is wrong.
outcome-turn-to-the-school-body =
    ## Do this now
    1. Call your child’s preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
    2. Say that you want a guardian account in Hjärntorget. You do not have to say more than that on the telephone.
    3. Bring a valid identity document when you come there.

    The preschool and school tell you about your child without an account as well.
outcome-account-closed-title = Your account is closed
outcome-account-closed-lead = Your account has been closed. The school can open it again.
outcome-account-closed-body =
    ## Do this now
    1. Call your child’s preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
    2. Say that you want to open your guardian account again.
    3. Bring a valid identity document if they ask you to come.
outcome-account-resting-title = You have closed your account
outcome-account-resting-lead = You can open it again. One press is enough.
outcome-account-resting-reopen = Open the account again
outcome-account-resting-body =
    ## What happens
    - You see your children again, and your choices for absence notices are as before.
    - Your email address and your mobile number are still there.

    If you do not want to open the account you need not do anything. After 30 days only the child’s preschool or school can open it. [Find the telephone number](schools).
outcome-not-yet-placed-title = Your child has no place yet
outcome-not-yet-placed-lead = We know of your child, but the child has no place that begins within 60 days in any of the city’s preschools or schools.
outcome-not-yet-placed-body =
    ## Do this now
    1. Wait until you have heard about a place. Then come back here and apply.
    2. If you were told about a place more than a week ago: call the preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).

    We have not kept any application.
outcome-placement-ended-title = Your child’s place has ended
outcome-placement-ended-lead = The child has attended one of the city’s preschools or schools, but no longer does according to the pupil register.
outcome-placement-ended-body =
    ## Do this now
    1. If the child has started at a new preschool or school in the city: wait a week and apply again.
    2. If it is not true that the place has ended: call the preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
    3. If the child goes to an independent school or in another municipality: ask there what they use.
outcome-outside-the-city-title = Your child does not go to any of the city’s schools
outcome-outside-the-city-lead = According to the population register the child lives in another municipality, and the child has no place in Gothenburg.
outcome-outside-the-city-body =
    ## Do this now
    1. Ask your child’s preschool or school, or the municipality where the child lives, what they use.
    2. If the child goes to one of Gothenburg’s preschools or schools anyway: call there on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
outcome-child-came-of-age-title = Your child has turned 18
outcome-child-came-of-age-lead = You are no longer the child’s legal guardian, so you cannot have a guardian account for the child.
outcome-child-came-of-age-body =
    ## Do this now
    1. Ask your child. A pupil who has turned 18 decides what the school tells others.
    2. If you have questions: call the school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).
outcome-under-age-title = You need to be 18
outcome-under-age-lead = Only adults can have a guardian account.
outcome-under-age-body =
    ## Do this now
    1. If you are a pupil: you already have an account of your own. Ask your mentor how to log in.
    2. If you have a child in preschool: call the preschool on a weekday between 08:00 and 16:00 and they will help you. [Find the telephone number](schools).
outcome-register-down-title = We cannot look up your children right now
outcome-register-down-lead = You are identified, but we cannot see which children you are a guardian of. What you have done is kept.
outcome-register-down-body =
    ## Do this now
    1. Wait a few minutes and try again.
    2. If you come back within 24 hours and identify yourself again, you continue where you left off.
    3. If it is urgent: call your child’s preschool or school on a weekday between 08:00 and 16:00. [Find the telephone number](schools).

    The preschool and school look after your child’s day as always.
outcome-print = You can print this page.
outcome-school-heading = Call the preschool or school
outcome-hours = Weekdays 08:00–16:00
outcome-find-school = Find the telephone number
outcome-try-again = Try again

# Fault pages
fault-forbidden-title = You cannot see this page
fault-forbidden-lead = It cannot be opened from here. Go back, or begin again from the start page.
fault-not-found-title = The page does not exist
fault-not-found-lead = The address may be misspelt, or the page has moved. What you have saved is still there.
fault-conflict-title = This is already done
fault-conflict-lead = Somebody has changed the same thing, maybe you yourself in another tab. Open the page again and see how it stands now.
fault-too-many-title = That was too fast
fault-too-many-lead = There were too many attempts in a short time. Wait a while and try again. Nothing is lost.
fault-broken-title = Something went wrong on our side
fault-broken-lead = It is not your fault. What you have already saved is still there. Try again in a while.
fault-broken-reference = If you call us, read out this code: { $reference }
fault-unavailable-title = This page cannot be shown just now
fault-unavailable-lead = We cannot reach a system that this page needs. What you have saved is still there, and information and the schools’ telephone numbers can be read as usual. Try again in a while. If it is urgent, call your child’s preschool or school.
fault-too-big-title = That was too much text
fault-too-big-lead = Go back and write less.
fault-to-start = To the start page

# Wrong fields
wrong-summary-title = There is a problem
wrong-title-prefix = Error: { $title }
wrong-missing-email = Type your email address.
wrong-missing-mobile = Type your mobile number.
wrong-missing-code = Type the code you got.
wrong-too-long = The address is too long. It can have at most 254 characters.
wrong-too-long-mobile = The number is too long. Type one number only.
wrong-not-an-email = The address does not look right. Type it as name@example.se.
wrong-email-letters = Use only the letters a to z in the address, without å, ä and ö.
wrong-not-a-number = The number does not look right. Type it as 070-174 06 05, or with a plus and the country code first.
wrong-not-a-mobile = This is not a mobile number. We can only send text messages to mobile phones.
wrong-premium = The number is a premium number. Type the number of your own mobile phone.
wrong-not-a-code = The code has six digits. Type them as they are.
wrong-wrong-code = The code is not right. Check the latest one you got.
wrong-old-code = The code is too old. Send a new one.
wrong-missing-when = Choose when it is.
wrong-missing-day = Choose a day.
wrong-missing-reason = Choose a reason.
wrong-choose-child = Choose at least one child.
wrong-choose-channel = Choose at least one way.
wrong-no-mobile = You have no mobile number to get text messages on. Add one, and your choices are kept. Or untick text messages.
wrong-not-a-day = The day cannot be read. Type it as 2026-11-24.
wrong-not-a-time = The time cannot be read. Type it as 08:10.
wrong-reversed = The end must be later than the start.
wrong-over = That time has passed. Call the school if something should be corrected.
wrong-too-far-ahead = You can report { $days } days ahead at most.
wrong-no-place = The child has no place at a preschool or school that day.

# Expected noes
refusal-step-not-reached = You have not come to that step yet. Go on here.
refusal-no-identification = The identification has ended. Start again, it is quick.
refusal-other-browser = The identification began in another browser. Go back there, or start again here.
refusal-return-spent = The link back works only once and only for a short while. Start again, it is quick.
refusal-other-person = Another person identified themselves. You are logged out to be safe. Log in again with your own BankID.
refusal-not-trusted = We could not accept the identification this time. Try again, or call your child’s preschool or school.
refusal-bank-id-down = BankID is not responding right now. Try again in a few minutes.
refusal-too-many-tries = There were too many tries. Send a new code, and wait a quarter of an hour before you use it.
refusal-too-many-letters = We have sent many emails or text messages in a short time. Look among what you got, your spam too, or wait an hour.
refusal-link-spent = The link is no longer valid. Open the latest email, or send a new one from the application.
refusal-no-child-left = You have said that none of the children is yours. The school will be told. Undo it if that was wrong.
refusal-not-fresh = It is a while since you logged in. Identify yourself again and go on here. What you have typed is still there.
refusal-too-many-changes = You have made several changes today. Try again tomorrow, or call the child’s preschool or school.
refusal-changed-meanwhile = The settings were changed elsewhere since you opened the page, perhaps by you in another tab. Check that what you chose is right and save again.
refusal-already-begun = The absence has begun or has been changed already. Call the school if something should be corrected.
refusal-summary-title = It did not work this time
refusal-form = Something in the form needs to be put right.

# Around every page
shell-name = Hjärntorget
shell-title = { $title } – Hjärntorget
shell-skip = Skip to the content
shell-sign-in = Log in
shell-sign-out = Log out
shell-menu = Your account
shell-application = Your application
shell-children = My children
shell-messages = Messages
shell-unread = { $messages ->
    [one] 1 unread message
   *[other] { $messages } unread messages
}
shell-personal = Personal data
shell-footer = About the service
shell-information = Apply for a guardian account
shell-what-we-hold = Information for guardians
shell-data-protection = Data protection
shell-accessibility = Accessibility
shell-cookies = Cookies
shell-recognise-us = How to recognise us
shell-schools = Find your school
shell-copyright = The content is protected by copyright law and GDPR and may not be shared. City of Gothenburg.

# What all steps have
step-of = Step { $step } of { $of }
step-back = Back
step-continue = Continue
step-out = Save and continue later

# Log in
sign-in-title = Log in
sign-in-lead = Log in with BankID. Where is your BankID app?
sign-in-this-device = Log in with BankID on this device
sign-in-this-device-text = The app is on this phone, tablet or computer.
sign-in-other-device = Log in with BankID on another device
sign-in-other-device-text = You scan a QR code with your phone.
sign-in-never-ask = We never ask you to type your personal identity number, and we never call and ask you to log in.
sign-in-no-bankid = I cannot use BankID
sign-in-no-bankid-text = Your child’s preschool or school helps you. Choose what fits best.
sign-in-no-account = I have no account yet

# BankID
bankid-scan-title = Scan the QR code
bankid-qr-alt = QR code for BankID
bankid-time-left = Time left: { $minutes } min { $seconds } s
bankid-slow = Is nothing happening? Check that the BankID app is open and up to date. You can also cancel and start again.
bankid-how-open = Open the BankID app on your phone.
bankid-how-scan = Press the QR button and point the camera at the code.
bankid-how-confirm = Check that it says Hjärntorget and identify yourself. Then press Continue, if the page does not go on by itself.
bankid-frame-done = You are identified. Press Continue.
bankid-frame-stopped = The code is no longer valid. Press Continue.
bankid-open-title = Open BankID on this device
bankid-open-lead = Identify yourself in the app. Then you come back here, in a new tab.
bankid-open = Open BankID
bankid-other-tab = Continue in the new tab. You can close this one.
bankid-this-instead = Use this device instead
bankid-other-instead = Use another device instead
bankid-cancel = Cancel
bankid-complete-title = Your identity is confirmed
bankid-stopped-title = You were not identified
bankid-return-title = Almost done
bankid-return-lead = You are on the way back from BankID.
bankid-start-again = Nothing happening? Start again
bankid-not-in-title = You are not logged in

# The application: before you start
apply-before-title = Before you start
apply-before-lead = The application takes about five minutes.
apply-before-body =
    ## What you need
    - BankID, on this device or on a phone beside you
    - an email address that you can read now

    ## What we do
    - We ask the population register which children you are a guardian of.
    - We ask the city’s pupil register where the children go.
    - We send a code to your email address, so that we know it is right.

    You can take a break. What you have answered is kept for 24 hours.

    You may want to read [Information for guardians](what-we-hold) and [Data protection](data-protection) first.

# The application: BankID
apply-identify-title = Show who you are with BankID
apply-identify-lead = That way we know that it is you and nobody else who gets to see your children. Where is your BankID app?

# The application: your children
apply-children-title = Are these your children?
apply-children-lead = You are logged in as { $name }. According to the population register you are a guardian of:
apply-children-confirm = { $children ->
    [one] Yes, that is my child
   *[other] Yes, those are my children
}
apply-children-missing = Is a child missing?
apply-children-missing-body =
    A newborn child appears when the Swedish Tax Agency has registered custody. A child who has just got a place usually appears within a few days.

    Go on with the application anyway. The child appears in your account by itself. If not, call your child’s preschool or school. [Find the telephone number](schools).
apply-child-not-mine = This is not my child
apply-child-mine = Undo, it is my child
apply-child-gone = You have said that this is not your child. The school will be told and put it right. The child will not be in your account.

# The application: e-mail
email-title = What is your email address?
email-lead = We send notices from the preschool and school there. No other guardian sees the address.
email-hint = For example name@example.se. You will soon get an email with a code.
email-shared = Do you share the address with somebody?
email-shared-body =
    Everybody who can read the mailbox can read what we send. Choose an address that only you read, if you can.

    Our emails never hold the child’s name, school or times.

# The application: confirm
code-title = Enter the code from the email
code-sent = We sent an email to { $email } at { $time }. Type the code here, or open the link in the email.
code-on-its-way = An email is on its way to { $email }. Type the code here when it arrives, or open the link in the email.
code-hint = Six digits. The code is valid for 10 minutes.
code-none-title = Have you not received an email?
code-none = Look in your spam folder. Check that the address above is right.
code-resend = Send a new email
code-resent = A new email is on its way. The code in the old one is no longer valid.
code-change-address = Change the address
code-link-opened = I have opened the link in the email
code-confirmed = We know that emails to { $email } arrive.
confirm-title = Confirm your email address
confirm-lead = Press the button if you are the one applying for an account in Hjärntorget. If not, close the page.
confirm-send = Confirm the address
confirm-done-title = The address is confirmed
confirm-done-here = All that is left is to check your answers.
confirm-done-elsewhere = Go back to the window where you are applying and go on there. If it is closed, identify yourself again.
confirm-spent-title = The link is no longer valid
confirm-to-application = To the application

# The application: check
check-title = Check your answers
check-lead = When you create the account it is linked to you and to the children below.
check-children = Children
check-change = Change
check-add = Add
check-change-children = children
check-change-email = email address
check-email-confirmed = Confirmed
check-information-title = How we use the data
check-information-body =
    We use it to show you the right children and so that the preschool and school can reach you. Read more in [Information for guardians](what-we-hold) and [Data protection](data-protection).

    What you see in the service is protected by copyright law and GDPR. You may read it but not share it.
check-complete = Create the account

# Receipt
receipt-title = Your account is ready
receipt-lead = You are logged in. Next time you log in with BankID.
receipt-children = Children in your account
receipt-next-title = What happens now
receipt-next-mail = You get an email to { $email } that confirms the account.
receipt-next-see = Under My children you see where the children go and how to reach the preschool or school.
receipt-next-sign-in = Log in with BankID whenever you like. You do not need to apply again: the account follows the children from preschool to upper secondary school.
receipt-to-children = Go to My children
receipt-to-personal = See your personal data

# My children
children-title = My children
children-enrolled = Enrolled
children-begins = Starts on { $date }
children-ended = Left on { $date }
children-no-school = No preschool or school yet
children-username = User name
children-email = School email
children-contact = Contact
children-away-reported = Reported absent today
children-away-unexcused = Unexcused absence today
children-protected = The content is protected by copyright law and GDPR. Do not share it.
children-empty = There is no child to show here just now.
children-empty-way = This can be because a register is being updated. Call your child’s preschool or school if you think something is wrong.

# Messages (PIM)
messages-title = Messages
messages-about = { $what }: { $child }
messages-unread = New
messages-unanswered = Not confirmed
messages-acknowledged = Confirmed { $time }
messages-newer = Newer messages
messages-older = Older messages
messages-empty = You have no messages. Notices of absence appear here, if you have chosen that.
message-absence-title = Absence
message-absence-lead = { $child } is absent on { $date }, and nobody has reported it.
message-valid-lead = { $child } is absent on { $date }. The school knows.
message-absence-body =
    ## What to do now
    - You do not know where the child is: call the preschool or school at once.
    - The child is ill or on leave: [report the absence](absence-report), so that everybody knows.
    - You think that something is wrong: call, and they correct it. You then get a new notice.
message-correction-title = Absence corrected
message-correction-lead = An earlier notice about { $child }, { $date }, was wrong. This is right:
message-trial-title = A test
message-trial-lead = This is a test that you asked for. Messages reach you.
message-came = Sent { $time }
message-acknowledge = I have received the notice
message-acknowledged = The preschool or school sees that you have received the notice.
missed-unexcused = Not reported
missed-reported = Reported
missed-leave = On leave
missed-present = Was there

# The link in a mail or text message about absence: no login, nothing about anybody
receive-title = Have you received the notice?
receive-lead = Press the button, so that the preschool or school knows that the absence notice has reached you.
receive-read = You do not need to log in to confirm. Log in afterwards to read what the notice is about.
received-title = Thank you, it is confirmed
received-lead = The preschool or school now sees that you have received the notice. Log in to read what it is about.
received-spent-lead = It is too old, or the whole address did not come along. Log in and confirm the notice under Messages instead.
received-to-messages = Read the message

# Personal data
personal-title = Personal data
personal-lead = What the service knows about you, where it comes from and its date.
personal-name = Name
personal-number = Personal identity number
personal-address = Address
personal-email = Email address
personal-language = Language of emails and text messages
personal-since = Account since
personal-wrong-title = Is something wrong?
personal-wrong = The Swedish Tax Agency corrects your name and address. You change your email address, mobile number and language here yourself. If that does not help, call your child’s preschool or school.
personal-close-title = Do you want to close the account?
personal-close = You can do that whenever you like, and change your mind within 30 days. The preschool or school can also do it for you.
personal-mobile = Mobile number
personal-mobile-none = No number. With a number you can get a text message when your child is absent.
personal-change-email = the email address
personal-change-mobile = the mobile number
personal-add-mobile = a mobile number
personal-email-failing = Emails to you have not arrived since { $date }. Check the address and confirm it again.
personal-mobile-failing = Text messages to you have not arrived since { $date }. Check the number and confirm it again.
personal-language-title = Which language do you want in emails and text messages?
personal-language-text = You change the language of the website at the top of the page.
personal-sources = Where does the data come from?
personal-sources-body =
    Below each piece of data it says where it comes from and which day it is from.

    - Name and address come from the population register. We ask the Swedish Tax Agency when you log in.
    - The personal identity number comes from your BankID.
    - Email address, mobile number and language come from you.
    - The day you got the account was noted by the service.
personal-try-title = Can we reach you?
personal-try = Send a test, and you will see that it arrives.
personal-try-mail = Send a test by email
personal-try-message = Send a test to Messages
personal-try-sms = Send a test by text message
personal-devices = See where you are logged in, and log out devices that you do not use.
personal-devices-see = See logged-in devices
personal-done-email = The email address is confirmed. If you had another one before, an email about the change goes there.
personal-done-mobile = The mobile number is confirmed. Now you can choose text messages for your children.
personal-done-mobile-removed = The mobile number is removed. We send no more text messages.
personal-done-language = The language is changed.
personal-done-tried = A test is on its way. It usually comes within a minute.
source-from = { $source }, { $date }
source-population-register = From the population register
source-pupil-register = From the city’s pupil register
source-bankid = From your BankID
source-guardian = From you
source-service = From the service

# Personal data: show again that it is you
step-up-title = Show that it is you

# Personal data: email
change-email-title = What is your new email address?
change-email-lead = We send a code to it. The address is changed only when you have typed the code.
change-email-now = Your current address is { $email }. We will send an email there when it has been changed.
change-email-sent = We sent an email to { $email } at { $time }. Type the code here.
change-email-on-its-way = An email is on its way to { $email }. Type the code here when it arrives.

# Personal data: mobile number
mobile-title = What is your mobile number?
mobile-lead = We send a text message with a code. No other guardian sees the number.
mobile-hint = For example 070-174 06 05. A foreign number begins with + and the country code.
mobile-shared = Do you share the mobile phone with somebody?
mobile-shared-body =
    Everybody who can read text messages on the phone can read what we send. Choose a number that only you have, if you can.

    Our text messages never hold the child’s name, school or times.
mobile-code-title = Which code is in the text message?
mobile-code-sent = We sent a text message to { $mobile } at { $time }. Type the code here.
mobile-code-on-its-way = A text message is on its way to { $mobile }. Type the code here when it arrives.
mobile-code-none = It can take a minute. Check that the number above is right and that the phone is on.
mobile-remove-title = Do you want to remove the number?
mobile-remove-text = Now you have { $mobile }. If you remove it you get no text messages. For children where you chose text messages alone you get emails and messages here instead.
mobile-remove = Remove the number
code-confirm = Confirm
code-not-come = Have you not received a code?
code-again = Send a new code
code-change-it = Change it

# Personal data: logged-in devices
devices-title = Logged-in devices
devices-lead = This is where you are logged in now. If you do not recognise a device, log it out.
devices-here = This device
devices-unknown = Unknown browser
devices-moment = { $day } at { $time }
devices-since = Logged in since { $moment }
devices-used = Last used { $moment }
devices-end = Log out
devices-end-others = Log out all others
devices-end-all = Log out all devices

# Personal data: close the account
close-title = Close my account
close-lead = You can change your mind for 30 days. Then you log in with BankID and open the account again.
close-body =
    ## What happens
    - You are logged out on all devices.
    - You no longer see your children here and cannot report absence here.
    - We stop sending you emails, text messages and messages about absence. Other guardians get theirs as before.
    - After 30 days only the preschool or school can open the account again. After 90 days we erase your name, your personal identity number, your email address and your mobile number.
    - The children’s data at the school is not affected.
close-send = Close the account
closed-title = Your account is closed
closed-lead = You are logged out, and we send you no more notices.
closed-body = Did you change your mind? Log in with BankID within 30 days, and you can open the account again.

# The end of a login
session-ends-title = You will soon be logged out
session-ends-text = Your time is almost up. Stay, and what you have typed is kept.
session-ends-at = You will be logged out at { $time } if you do nothing.
session-stay = Stay logged in
session-ended-title = You are logged out
session-ended-lead = The time ran out, so we logged you out to be safe. An application that is not finished is kept for 24 hours.
session-signed-out-title = You are logged out
session-signed-out-lead = Are you at a shared computer? Close the browser too.
session-sign-in-again = Log in
session-apply-again = Go on with the application

# The rest
schools-preschool = Preschool
schools-compulsory = Compulsory school
schools-upper-secondary = Upper secondary school
no-bankid-no-number-text = You do not need a Swedish personal identity number to get an account.
no-bankid-no-bankid-text = You do not need BankID to get an account.
no-bankid-protected-text = Only staff who need to know see that you have an account. Say no more on the telephone than you want to.
no-bankid-other-text = You do not have to explain why.
no-cookies-title = Your browser is blocking cookies
no-cookies-lead = Without them you cannot log in or apply.
no-cookies-body =
    ## Do this now
    1. Open the settings of your browser and allow cookies for this website. We use only those that are needed.
    2. Open the page in an ordinary window, if you browse privately.
    3. Try again.
fault-malformed-title = Something was wrong with what was sent
fault-malformed-lead = The page may have been open for a long time. Open it again and try once more. Nothing was saved.

# Absence
absence-title = Attendance
absence-lead = Report absence, look back on it and choose how you are told.
absence-box-title = Attendance for guardians
absence-today = Today
absence-nothing-today = No absence reported or noted
absence-when-day = { $day }, all day
absence-when-days = { $first } to { $last }
absence-when-from = { $day } from { $from }
absence-when-until = { $day } until { $until }
absence-when-times = { $day } { $from }–{ $until }
absence-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
absence-minutes = { $minutes } min
absence-hours = { $hours } h
absence-hours-minutes = { $hours } h { $minutes } min

# Report absence
report-title = Report absence
report-change-title = Change the report
report-who = Who will be absent?
report-when = When?
report-today = Today, { $day }, all day
report-rest = The rest of the day
report-tomorrow = Tomorrow, { $day }, all day
report-that-day = { $day }, all day
report-own = Another day or specific times
report-own-hint = Up to 14 days ahead. Leave the times empty if it is the whole day.
report-day = Day
report-from = From
report-until = Until
report-why = Why?
report-why-hint = Choosing one is enough. The reason is not shown to any other guardian and is erased after 90 days.
reason-ill = Ill
reason-care = Medical or dental appointment
reason-other = Something else
report-send = Report absence
report-save-change = Save the change
report-done = We have received your report of absence.
report-changed = The report is changed.
report-withdrawn = The report is withdrawn.
report-withdraw = Withdraw
report-more = Report more absence
reported-title = Reported absence
reported-hint = You can change or withdraw your own report until the absence begins. A whole day counts from 8 in the morning. After that you call the school.
reported-by = Reported absence
reported-leave = Leave granted
reported-sent = The school got the report at { $time }
reported-sending = Reported. We are sending it to the school and keep trying until it arrives
reported-recalling = Withdrawn. We are telling the school and keep trying until it arrives
reported-left = The school’s register did not take the report. Call the school
reported-left-withdrawn = Withdrawn here. The school corrects its register

# Settings for absence notices
settings-title = Settings for absence notices
settings-lead = How you are told when your child is absent and nobody has reported it. Choose one way or several.
settings-all = All your children
settings-mail = Email
settings-mail-hint = A short email with no personal details.
settings-pim = Message in the service (PIM)
settings-pim-hint = You read it here when you are logged in.
settings-sms = Text message
settings-sms-hint = A short text message with no personal details.
settings-sms-number = You first need to add a mobile number.
settings-add-number = Add a mobile number
settings-valid = Also tell me about excused absence
settings-valid-hint = Such as absence that somebody else has reported, or leave that was granted.
settings-save = Save
settings-save-for = Save for { $name }
settings-saved = The settings are saved.
settings-not-saved = What you chose last is not saved yet. Check that it is right, and save.
settings-each = Choose differently for each child
settings-same = Choose the same for all children

# Absence history
history-title = Absence history
history-child = Child
history-which = Period
history-shows = Which absences
history-show = Show
history-term = This term
history-last-term = Last term
history-thirty-days = The last 30 days
history-year = The school year
history-all = All absences
history-valid = Excused absence
history-invalid = Unexcused absence
history-both = Excused and unexcused absence
history-period = { $from } to { $to }
history-days = Days with absence
history-share = { $days } of { $weekdays } weekdays, { $percent }%
history-invalid-days = Days with unexcused absence
history-valid-lessons = Excused absence from lessons
history-invalid-lessons = Unexcused absence from lessons
history-lessons = { $lessons ->
    [one] { $lessons } lesson
   *[other] { $lessons } lessons
}
history-as-table = Show as a table
history-by-month = Days with absence, month by month
history-month = Month
history-picture = { $month }: { $valid } excused, { $invalid } unexcused
history-every = All absences, the latest first
history-when = When
history-what = What
history-kind = Type of absence
history-length = Length
history-lesson = Lesson
history-care = Preschool or after-school care
history-none = No absence to show for this period.
history-source = From the city’s pupil register, { $date }.
history-print = Show for printing
history-print-how = Print with your browser’s own command.
history-file = Download as a file (CSV)
history-file-hint = The file opens in a spreadsheet. Keep it where nobody else reads it.
file-first = First day
file-last = Last day
file-from = From
file-until = Until
file-valid = Excused minutes
file-invalid = Unexcused minutes
