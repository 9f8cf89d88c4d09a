FETCH 200 FROM books_customers
