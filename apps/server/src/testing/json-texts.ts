/*
 * The short texts of nst/JSONTestSuite (https://github.com/nst/JSONTestSuite), as base64 because not all are UTF-8.
 * MIT License. Copyright (c) 2016 Nicolas Seriot.
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
 * persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
 * and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS
 * PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
 * MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
 * HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
 * ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */

const read = (list: string): Buffer[] =>
  list
    .trim()
    .split(/\s+/)
    .map((each) => Buffer.from(each, 'base64'));

/** What is not JSON, though it looks like it. */
export const NO_JSON: readonly Buffer[] = read(`
  WzEgdHJ1ZV0= W2HlXQ== WyIiOiAxXQ== WyIiXSw= WywxXQ== WzEsLDJd WyJ4IiwsXQ== WyJ4Il1d WyIiLF0= WyJ4Ig== W3g=
  WzNbNF1d W/9d WzE6Ml0= Wyxd Wy1d WyAgICwgIiJd WyJhIiwKNAosMSw= WzEsXQ== WzEsLF0= WyILYSJcZl0= Wypd WyIi WzEs
  WzEsCjEKLDE= W3t9 W2ZhbHNd W251bF0= W3RydV0= MTIzAA== WysrMTIzNF0= WysxXQ== WytJbmZd Wy0wMV0= Wy0xLjAuXQ==
  Wy0yLl0= Wy1OYU5d Wy4tMV0= Wy4yZS0zXQ== WzAuMS4yXQ== WzAuM2UrXQ== WzAuM2Vd WzAuZTFd WzBFK10= WzBFXQ== WzBlK10=
  WzBlXQ== WzEuMGUrXQ== WzEuMGUtXQ== WzEuMGVd WzEgMDAwLjBd WzFlRTJd WzIuZSszXQ== WzIuZS0zXQ== WzIuZTNd WzkuZStd
  W0luZl0= W05hTl0= W++8kV0= WzErMl0= WzB4MV0= WzB4NDJd W0luZmluaXR5XQ== WzBlKy0xXQ== Wy0xMjMuMTIzZm9vXQ== WzEyM+Vd
  WzFlMeVd WzDlXQo= Wy1JbmZpbml0eV0= Wy1mb29d Wy0gMV0= Wy0wMTJd Wy0uMTIzXQ== Wy0xeF0= WzFlYV0= WzFl5V0= WzEuXQ==
  Wy4xMjNd WzEuMmEtM10= WzEuODAxMTY3MDAzMzM3NjUxNEgtMzA4XQ== WzAxMl0= WyJ4IiwgdHJ1dGhd e1s6ICJ4In0K
  eyJ4IiwgbnVsbH0= eyJ4Ijo6ImIifQ== e/Cfh6jwn4etfQ== eyJhIjoiYSIgMTIzfQ== e2tleTogJ3ZhbHVlJ30= eyK5IjoiMCIsfQ==
  eyJhIiBifQ== ezoiYiJ9 eyJhIiAiYiJ9 eyJhIjo= eyJhIg== ezE6MX0= ezk5OTlFOTk5OToxfQ== e251bGw6bnVsbCxudWxsOm51bGx9
  eyJpZCI6MCwsLCwsfQ== eydhJzowfQ== eyJpZCI6MCx9 eyJhIjoiYiJ9LyoqLw== eyJhIjoiYiJ9LyoqLy8= eyJhIjoiYiJ9Ly8=
  eyJhIjoiYiJ9Lw== eyJhIjoiYiIsLCJjIjoiZCJ9 e2E6ICJiIn0= eyJhIjoiYQ== eyAiZm9vIiA6ICJiYXIiLCAiYSIgfQ==
  eyJhIjoiYiJ9Iw== IA== WyJcdUQ4MDBcIl0= WyJcdUQ4MDBcdSJd WyJcdUQ4MDBcdTEiXQ== WyJcdUQ4MDBcdTF4Il0= W8OpXQ==
  WyJcACJd WyJceDAwIl0= WyJcXFwiXQ== WyJcCSJd WyJc8J+MgCJd WyJcIl0= WyJcdTAwQSJd WyJcdUQ4MzRcdURkIl0=
  WyJcdUQ4MDBcdUQ4MDBceCJd WyJcdeUiXQ== WyJcYSJd WyJcdXFxcXEiXQ== WyJc5SJd W1x1MDAyMCJhc2QiXQ== W1xuXQ== Ig==
  WydzaW5nbGUgcXVvdGUnXQ== YWJj WyJc WyJhAGEiXQ== WyJuZXcKbGluZSJd WyIJIl0= IlxVQTY2RCI= IiJ4 W+KBoF0= 77u/ PC4+
  WzxudWxsPl0= WzFdeA== WzFdXQ== WyJhc2Rd YcOl W1RydWVd MV0= eyJ4IjogdHJ1ZSw= W11bXQ== XQ== 77t7fQ== 5Q== Ww== WwBd
  MkA= e319 eyIiOg== eyJhIjovKmNvbW1lbnQqLyJiIn0= eyJhIjogdHJ1ZX0gIngi Wyc= Wyw= W3s= WyJh WyJhIg== ew== e10= eyw=
  e1s= eyJh eydhJw== WyJce1siXHtbIlx7WyJcew== 6Q== Kg== eyJhIjoiYiJ9I3t9 W1x1MDAwQSIiXQ== WzE= WyBmYWxzZSwgbnVs
  WyB0cnVlLCBmYWxz WyBmYWxzZSwgdHJ1 eyJhc2QiOiJhc2Qi w6U= W+KBoF0= Wwxd
`);

/** What is JSON, or may be taken for it: odd numbers, lone surrogates, bytes that are not UTF-8. */
export const ODD_JSON: readonly Buffer[] = read(`
  WzEyMy40NTZlLTc4OV0= Wy0xZSs5OTk5XQ== WzEuNWUrOTk5OV0= Wy0xMjMxMjNlMTAwMDAwXQ== WzEyMzEyM2UxMDAwMDBd
  WzEyM2UtMTAwMDAwMDBd Wy0xMjMxMjMxMjMxMjMxMjMxMjMxMjMxMjMxMjMxMjNd WzEwMDAwMDAwMDAwMDAwMDAwMDAwMF0=
  eyJcdURGQUEiOjB9 WyJcdURBREEiXQ== WyJcdUQ4ODhcdTEyMzQiXQ== //5bACIA6QAiAF0A WyLml6XRiPoiXQ== WyLtoIAiXQ==
  WyJcdUQ4MDBcbiJd WyJcdURkMWVhIl0= WyJcdUQ4MDBcdUQ4MDBcbiJd WyJcdWQ4MDAiXQ== WyJcdWQ4MDBhYmMiXQ== WyL/Il0=
  WyJcdURkMWVcdUQ4MzQiXQ== WyLpIl0= WyJcdURGQUEiXQ== WyKBIl0= WyL0v7+/Il0= WyLAryJd WyL8g7+/v78iXQ==
  WyL8gICAgIAiXQ== WyLg/yJd AFsAIgDpACIAXQ== WwAiAOkAIgBdAA== 77u/e30= W1tdICAgXQ== WyIiXQ== W10= WyJhIl0=
  W2ZhbHNlXQ== W251bGwsIDEsICIxIiwge31d W251bGxd WzEKXQ== IFsxXQ== WzEsbnVsbCxudWxsLG51bGwsMl0= WzJdIA==
  WzEyM2U2NV0= WzBlKzFd WzBlMV0= WyA0XQ== WzIwZTFd Wy0wXQ== Wy0xMjNd Wy0xXQ== Wy0wXQ== WzFFMjJd WzFFLTJd WzFFKzJd
  WzEyM2U0NV0= WzEyMy40NTZlNzhd WzFlLTJd WzFlKzJd WzEyM10= WzEyMy40NTY3ODld eyJhc2QiOiJzZGYiLCAiZGZnIjoiZmdoIn0=
  eyJhc2QiOiJzZGYifQ== eyJhIjoiYiIsImEiOiJjIn0= eyJhIjoiYiIsImEiOiJiIn0= e30= eyIiOjB9 eyJmb29cdTAwMDBiYXIiOiA0Mn0=
  eyJhIjpbXX0= ewoiYSI6ICJiIgp9 WyJcdTAwNjBcdTAxMmFcdTEyQUIiXQ== WyJcdUQ4MDFcdWRjMzciXQ==
  WyJcdWQ4M2RcdWRlMzlcdWQ4M2RcdWRjOGQiXQ== WyJcIlxcXC9cYlxmXG5cclx0Il0= WyJcXHUwMDAwIl0= WyJcIiJd
  WyJhLypiKi9jLypkLy9lIl0= WyJcXGEiXQ== WyJcXG4iXQ== WyJcdTAwMTIiXQ== WyJcdUZGRkYiXQ== WyJhc2QiXQ== WyAiYXNkIl0=
  WyJcdURCRkZcdURGRkYiXQ== WyJuZXdcdTAwQTBsaW5lIl0= WyL0j7+/Il0= WyLvv78iXQ== WyJcdTAwMDAiXQ== WyJcdTAwMmMiXQ==
  WyLPgCJd WyLwm7+/Il0= WyJhc2QgIl0= IiAi WyJcdUQ4MzRcdURkMWUiXQ== WyJcdTA4MjEiXQ== WyJcdTAxMjMiXQ== WyLigKgiXQ==
  WyLigKkiXQ== WyJcdTAwNjFcdTMwYWZcdTMwRUFcdTMwYjkiXQ== WyJuZXdcdTAwMEFsaW5lIl0= WyJ/Il0= WyJcdUE2NkQiXQ==
  WyJcdTAwNUMiXQ== WyLijYLjiLTijYIiXQ== WyJcdURCRkZcdURGRkUiXQ== WyJcdUQ4M0ZcdURGRkUiXQ== WyJcdTIwMEIiXQ==
  WyJcdTIwNjQiXQ== WyJcdUZERDAiXQ== WyJcdUZGRkUiXQ== WyJcdTAwMjIiXQ== WyLigqzwnYSeIl0= WyJhf2EiXQ== ZmFsc2U= NDI=
  LTAuMQ== bnVsbA== ImFzZCI= dHJ1ZQ== IiI= WyJhIl0K W3RydWVd IFtdIA==
`);
