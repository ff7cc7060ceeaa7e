"""What people do, as verbs: each function takes a scope (or the door) and `now`."""
