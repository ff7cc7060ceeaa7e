"""Tables, engines and the scope: the only floor that speaks SQL."""
