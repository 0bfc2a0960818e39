class Shop {
  static String port = System.getenv("PORT");
}
