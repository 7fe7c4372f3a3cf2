/* The watch of a last letter, with its relay, its guardians, its reader, and all that may go wrong between them.

   Never EARLY is an assertion in the reader: what opens was due by the world's own count. Never LATE is the
   formula at the end: whoever has fallen silent is found silent, and the letter opens. Four rules that are wrong
   can be switched on, OUTAGE_COUNTS, QUEUED_COUNTS, MARK_FIRST and COPY_COUNTS; `python -m torture.model` checks
   both promises and finds all four.

   docs/spec/watch.md and docs/spec/last-letters.md are what is modelled. Times are ticks. Faults come in any
   order, but finitely many: a relay that never comes back opens nothing by this way. */

#define EVERY 2
#define GRACE 2
#define VETO 2
#define NEED 2        /* guardians, of two */
#define CHANNELS 2
#ifndef MAX_FAULTS
#define MAX_FAULTS 2  /* of each kind */
#endif
#define MOST (EVERY + GRACE + VETO + 1)

#define more(x) x = (x < MOST -> x + 1 : MOST)

/* What the relay has on its disk. */
byte age;                 /* counted since the newest sign of life that it knows */
byte agreed;              /* counted since the last guardian who was needed said no */
bool called[CHANNELS];    /* the channel accepted a reminder in this silence */
bool said[NEED];          /* this guardian said no since they were asked */
bool found, owed;         /* it found the writer silent; and has not yet told the reader */
bool returned;            /* a sign of life came after that: nothing is handed out any more */

/* What it forgets in a crash. */
bool up = true;
bool acting;              /* halfway between telling the reader and noting that it told */

/* What is true, and nobody but the world knows. */
byte quiet;               /* ticks with the relay running since the newest sign of life that it was given */
bool heard[CHANNELS];     /* a reminder did arrive in this silence */
bool gone;                /* the writer gives no sign any more */
byte crashes, refusals, doubts, copies;

/* What others have. */
byte known[NEED];         /* by a guardian's own clock: ticks since the newest sign of life that they saw */
bool share[NEED];         /* the guardian gave the reader their share */
bool told, opened;

chan life = [1] of { bit }; /* a sign of life on its way */

#define late (age >= EVERY)
#define asking (age >= EVERY + GRACE && called[0] && called[1])
#define all_said (said[0] && said[1])
#define silent (asking && all_said && agreed >= VETO)

inline anew() {
    age = 0; agreed = 0;
    called[0] = false; called[1] = false;
    said[0] = false; said[1] = false;
}

inline sign_of_life() {
    anew();
    quiet = 0; heard[0] = false; heard[1] = false;
    known[0] = 0; known[1] = 0;   /* guardians look before they answer and before they give */
    if :: found -> returned = true :: else fi
}

/* The person: gives signs of life, and one day no more. */
active proctype writer() {
    do
    :: !gone && nfull(life) -> life ! 1
    :: !gone -> gone = true
    :: gone -> break
    od
}

/* Time, and what happens to the machine in it. */
active proctype world() {
    do
    :: atomic { up ->
           more(age); more(quiet); more(known[0]); more(known[1]);
           if :: all_said -> more(agreed) :: else fi
       }
    :: atomic { !up ->
           more(known[0]); more(known[1]);
#ifdef OUTAGE_COUNTS
           more(age);
#endif
       }
    :: atomic { up && crashes < MAX_FAULTS -> crashes++; up = false; acting = false }
    :: atomic { up && copies < MAX_FAULTS -> copies++;     /* an older database is put back */
#ifdef COPY_COUNTS
           age = MOST
#else
           anew();                                     /* it is seen, and nothing before it counts */
           found = false; owed = false; acting = false; returned = false
#endif
       }
    od
}

/* Somebody starts it again. */
active proctype keeper() {
    do
    :: atomic { !up -> up = true }
    od
}

/* A reminder goes out, and its service takes it or not. */
inline remind(channel) {
    if
    :: refusals < MAX_FAULTS -> refusals++;
#ifdef QUEUED_COUNTS
       called[channel] = true
#endif
    :: heard[channel] = true; called[channel] = true
    fi
}

/* The relay takes what comes, and looks again and again whether anything is due. */
active proctype relay() {
    do
    :: atomic { up && nempty(life) -> life ? _; sign_of_life() }
    :: atomic { up && !returned && late && !called[0] -> remind(0) }
    :: atomic { up && !returned && late && !called[1] -> remind(1) }
    :: atomic { up && !returned && silent && !found -> found = true; owed = true }  /* one transaction */
#ifdef MARK_FIRST
    :: atomic { up && owed -> owed = false; acting = true }
    :: atomic { up && acting -> told = true; acting = false }
#else
    :: atomic { up && owed && !acting -> told = true; acting = true }
    :: atomic { up && acting -> owed = false; acting = false }
#endif
    od
}

/* A guardian is asked, says what they know, and gives their share when their own program agrees. */
active [NEED] proctype guardian() {
    byte me = _pid - 4;
    do
    :: atomic { up && !returned && asking && !said[me] ->
           if
           :: said[me] = true; agreed = 0
           :: doubts < MAX_FAULTS -> doubts++                        /* I don't know */
           :: !gone -> anew(); quiet = 0; heard[0] = false; heard[1] = false; known[me] = 0   /* yes */
           fi
       }
    :: atomic { up && !returned && found && said[me] && !share[me] && known[me] >= EVERY + GRACE ->
           share[me] = true
       }
    od
}

/* The reader was told, has the letter since long ago, and now the relay's part and the shares. */
active proctype reader() {
    atomic { up && told && !returned && found && share[0] && share[1] ->
        opened = true;
        assert(quiet >= EVERY + GRACE + VETO && heard[0] && heard[1] && said[0] && said[1])
    }
}

ltl in_time { [] ((gone && !returned && len(life) == 0) -> <> opened) }
