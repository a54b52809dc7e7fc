"""From a file to a picture that moves: what plays, how, and what comes after it."""
