-- One import at a time; readers are not held up.
LOCK TABLE service IN SHARE ROW EXCLUSIVE MODE
