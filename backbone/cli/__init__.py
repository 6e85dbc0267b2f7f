"""`backbone`, the operator's command. One file a group of commands; what they do is elsewhere, here is what they ask and say."""
