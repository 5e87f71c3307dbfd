"""What whoever handles a ticket should know of its mail besides its words: reasons that stand on the card, too."""

ENCRYPTED = "It is encrypted: only who has the key can read it."
OPAQUE = "It is signed in a form that holds its text inside."
OUTLOOK = "Its text is in winmail.dat, a format of Outlook's own."
SIGNED = "It carries a signature, which was not checked."
SEVERAL = "It speaks for several people: each of them has rights of their own."
MIXED = "The sender's address mixes letters of different scripts: it may imitate another address."
FOREIGN = "The sender's address is not written in plain Latin letters: it may imitate another address."
OTHER_NAME = "The sender's name shows an address that is not the sender's."
TELLING = (ENCRYPTED, OPAQUE, OUTLOOK, SEVERAL, MIXED, FOREIGN, OTHER_NAME, SIGNED)
