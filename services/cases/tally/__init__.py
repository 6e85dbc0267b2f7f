"""What operators watch: how many clocks, referrals and cases stand where, and how often what happened. Counted while folding."""
