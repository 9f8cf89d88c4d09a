FETCH 200 FROM books_documents
